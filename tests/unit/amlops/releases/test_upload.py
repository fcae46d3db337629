"""How local files are laid out in a version's container."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from amlops.manifests import AssetFile, LocalAsset
from amlops.releases.upload import Placed, placed


@pytest.mark.parametrize(
    ("kind", "path", "is_file", "files", "target", "names"),
    [
        ("code", "src", False, ["a/b.py", "c.py"], "src", ["src/a/b.py", "src/c.py"]),
        ("code", ".", False, ["c.py"], "home", ["home/c.py"]),
        ("code", "score.py", True, ["score.py"], "code", ["code/score.py"]),
        ("model", "model", False, ["w.json"], "model", ["model/w.json"]),
        ("model", "w.json", True, ["w.json"], "w.json", ["w.json"]),
    ],
)
def test_folders_keep_their_names_and_files_lie_bare(
    tmp_path: Path, kind: str, path: str, is_file: bool, files: list[str], target: str, names: list[str]
) -> None:
    """As Azure's own client does it: scoring finds a model's folder by its name, code is always a folder."""
    folder = tmp_path / "home"
    listed = tuple(AssetFile(name, "0" * 64) for name in files)
    asset = LocalAsset(kind, "id", PurePosixPath(path), is_file, "0" * 64, listed)  # type: ignore[arg-type]
    content = placed(folder, asset)
    sources = [folder / path] if is_file else [folder / path / name for name in files]
    assert content == Placed(target, tuple(zip(names, sources, strict=True)))
