"""Backups of states: whole or not there, and refused where anything in them is not as it was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amlops.errors import AmlopsError
from amlops.stacks.state_backup import Backup, checked, read_backup, save, write_index, written_whole

URN = "urn:pulumi:dev::azureml::pulumi:pulumi:Stack::azureml-dev"
CHILD = "urn:pulumi:dev::azureml::azure-native:resources:ResourceGroup::group"


def _export(**changes: Any) -> dict[str, Any]:
    resources = [{"urn": URN, "type": "pulumi:pulumi:Stack"}, {"urn": CHILD, "parent": URN}]
    return {"version": 3, "deployment": {"manifest": {}, "resources": resources, **changes}}


def _exporting(content: object) -> Callable[[Path], object]:
    return lambda file: file.write_text(json.dumps(content))


def _backup(folder: Path) -> Path:
    with written_whole(folder) as draft:
        saved = save(draft, "dev", "platform", _exporting(_export()))
        write_index(draft, Backup("dev", "2026-01-05T10:00:00Z", (saved,)))
    return folder


def test_backup_is_read_as_it_was_written(tmp_path: Path) -> None:
    """The index tells what each export must be."""
    found = read_backup(_backup(tmp_path / "kept"))
    assert [(one.stack, one.who, one.resources, one.pending) for one in found.saved] == [("dev", "platform", 2, 0)]
    assert sorted(file.name for file in (tmp_path / "kept").iterdir()) == ["backup.json", "dev.json"]


def test_failure_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    """Whoever finds the folder finds all of it."""

    def fails(file: Path) -> None:
        file.write_text("{")
        raise AmlopsError("the cloud is gone")

    with pytest.raises(AmlopsError, match="gone"), written_whole(tmp_path / "kept") as draft:
        save(draft, "dev", "platform", _exporting(_export()))
        save(draft, "dev.other", "team", fails)
    assert list(tmp_path.iterdir()) == []


def test_folder_that_holds_something_is_never_written_into(tmp_path: Path) -> None:
    """An earlier backup is not mixed with a later one."""
    _backup(tmp_path / "kept")
    with pytest.raises(AmlopsError, match="is there and not empty") as caught:
        _backup(tmp_path / "kept")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "no export of Pulumi's"),
        ({"version": 3, "deployment": {}}, "holds no state"),
        (_export(resources=[{"urn": URN.replace(":dev::", ":prod::")}]), "which is of another stack"),
        (_export(resources=[{"urn": CHILD, "parent": URN}]), "lacks .*the parent of"),
    ],
)
def test_export_that_the_engine_would_not_take_back_is_refused(content: object, said: str) -> None:
    """A backup is checked when it is made, not when it is needed."""
    with pytest.raises(AmlopsError, match=said):
        checked("dev", json.dumps(content).encode())


def test_edited_export_is_refused_with_its_file(tmp_path: Path) -> None:
    """Nobody restores what isn't what was backed up."""
    folder = _backup(tmp_path / "kept")
    (folder / "dev.json").write_text(json.dumps(_export(resources=[])))
    with pytest.raises(AmlopsError, match=r"dev.json: is not what was backed up"):
        read_backup(folder)
    (folder / "dev.json").unlink()
    with pytest.raises(AmlopsError, match="is not there; the backup is not whole"):
        read_backup(folder)


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}', '{"version": 1, "saved": [{}]}'])
def test_folder_without_an_index_is_no_backup(tmp_path: Path, text: str) -> None:
    """The message says what is missing."""
    if text:
        (tmp_path / "backup.json").write_text(text)
    with pytest.raises(AmlopsError, match="backup"):
        read_backup(tmp_path)
