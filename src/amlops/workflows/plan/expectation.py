"""What git explains, as a job without credentials worked it out: the file that `amlops plan --expected` writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from amlops.errors import AmlopsError
from amlops.stacks.meaning import Meaning


@dataclass(frozen=True, slots=True)
class Expectation:
    """It leads from `base`, None for a stack that was never applied, to `head`, both commits."""

    base: str | None
    head: str
    meaning: Meaning

    @classmethod
    def read(cls, file: Path, stack: str) -> Expectation:
        """Raises AmlopsError (exit code 2) for a file that isn't there, or is of something else."""
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            found = cls(data["base"], str(data["head"]), Meaning.parse(data))
        except (OSError, ValueError, TypeError, KeyError) as error:
            todo = f"make it by `amlops plan --expected {stack} --out {file}`"
            raise AmlopsError(f"{file} holds no expected plan ({error!r}); {todo}", exit_code=2) from None
        if found.meaning.stack != stack:
            message = f"{file} is of the stack {found.meaning.stack}, not of {stack}; name the file of {stack}"
            raise AmlopsError(message, exit_code=2)
        return found

    def require(self, head: str, applied: str | None) -> None:
        """Raises AmlopsError (exit code 5) where it is of another step than that from `applied` to `head`."""
        if self.head != head:
            message = f"the expected plan leads to {self.head[:12]}, and this job applies {head[:12]}"
        elif self.base != applied:
            begins = f"the expected plan begins at {_short(self.base)}"
            message = f"{begins}, and the stack was applied from {_short(applied)} meanwhile"
        else:
            return
        raise AmlopsError(f"{message}; work it out anew and run it again", exit_code=5)


def _short(commit: str | None) -> str:
    return commit[:12] if commit else "no commit"
