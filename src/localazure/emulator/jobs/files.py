"""A run's files: code and inputs come from blob storage before it, outputs and artifacts go there after it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..arm.errors import bad_request
from ..arm.ids import ArmId
from . import places, references
from .spec import CommandSpec, Input, Output

if TYPE_CHECKING:
    from ..workshop import Workshop

# folders of the working directory that become artifacts of the run; source: Azure ML, "Where to save and write files"
_ARTIFACTS = ("outputs", "logs")


@dataclass(frozen=True, slots=True)
class Folder:
    """A run's own folder on this machine. It is made anew for each attempt and goes when the run has ended."""

    root: Path

    @property
    def code(self) -> Path:
        return self.root / "code"

    @property
    def log(self) -> Path:
        return self.root / "std_log.txt"

    @property
    def build_log(self) -> Path:
        return self.root / "image_build_log.txt"

    def output(self, output: Output) -> Path:
        return self.root / "outputs" / output.name

    def make(self, spec: CommandSpec) -> None:
        self.remove()
        for name in ("code", "inputs", "outputs", "home", "tmp", *(f"code/{a}" for a in _ARTIFACTS)):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        for output in spec.outputs:
            if not output.is_file:
                self.output(output).mkdir()

    def remove(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


def folder(cloud: Workshop, workspace_guid: str, run: str) -> Folder:
    return Folder(cloud.home / "jobs" / workspace_guid / run)


async def fetch_code(cloud: Workshop, workspace: ArmId, spec: CommandSpec, into: Folder) -> None:
    if spec.code is None:
        return
    version = references.version(cloud.store, workspace, spec.code, "codes")
    place = places.locate(cloud, workspace, version.id.text)
    count = await cloud.blobs.download_tree(place.account, place.container, place.path, into.code)
    if count == 0:
        raise bad_request("UserError", f"The code '{spec.code}' has no files.", target=spec.code)


async def fetch_inputs(cloud: Workshop, workspace: ArmId, spec: CommandSpec, into: Folder) -> dict[str, str | None]:
    """What each input is to the command: its literal, its URI where it is passed directly, or a local path."""
    found: dict[str, str | None] = {}
    for entry in spec.inputs:
        fetched = not entry.literal and entry.mode != "Direct"
        found[entry.name] = str(await _fetch(cloud, workspace, entry, into)) if fetched else entry.value
    return found


async def _fetch(cloud: Workshop, workspace: ArmId, entry: Input, into: Folder) -> Path:
    place = places.locate(cloud, workspace, entry.value or "")
    target = into.root / "inputs" / entry.name
    count = await cloud.blobs.download_tree(place.account, place.container, place.path, target)
    if count == 0:
        raise bad_request("UserError", f"Input '{entry.name}': there is nothing at '{entry.value}'.", target=entry.name)
    only = list(target.iterdir())
    is_blob = len(only) == 1 and only[0].is_file() and only[0].name == place.path.rsplit("/", 1)[-1]
    if entry.kind == "uri_file" and not is_blob:
        raise bad_request("UserError", f"Input '{entry.name}' is a uri_file, but '{entry.value}' is a folder.")
    return only[0] if is_blob else target


def holds_anything(local: Path) -> bool:
    """Whether there is a file: the path itself, or any below it."""
    return local.is_file() or any(path.is_file() for path in local.rglob("*"))


async def store_outputs(cloud: Workshop, workspace: ArmId, spec: CommandSpec, of: Folder) -> None:
    """Upload what there is of each output, and the artifacts. What lies there already is overwritten."""
    for output in spec.outputs:
        place = cloud.blobs.resolve(output.uri, workspace)
        local = of.output(output)
        if local.exists():
            await cloud.blobs.upload_tree(local, place.account, place.container, place.path)
    artifacts = places.artifacts(cloud.store, workspace, spec.name)
    for name in _ARTIFACTS:
        place = places.below(artifacts, name)
        await cloud.blobs.upload_tree(of.code / name, place.account, place.container, place.path)
