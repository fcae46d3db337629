"""The evaluation program as one file that Python runs."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

NAME = "evaluator.pyz"
_SOURCE = Path(__file__).parent / "evaluator"
_MAIN = "from evaluator.main import main\n\nmain()\n"
_WHEN = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Packed:
    """The same sources give the same bytes."""

    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def packed() -> Packed:
    """A zip file with a `__main__.py`, which `python evaluator.pyz` runs. Source: PEP 441."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(_SOURCE.glob("*.py")):
            _add(archive, f"evaluator/{file.name}", file.read_text(encoding="utf-8"))
        _add(archive, "__main__.py", _MAIN)
    return Packed(stream.getvalue())


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(zipfile.ZipInfo(name, _WHEN), text)
