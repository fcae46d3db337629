"""Whether a secret stands anywhere that people or later runs can read after the workflows ran."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.support import canary

from .company import endpoint
from .world import World

LONGEST = 40
"""Characters of a secret that are looked for: a key's own end may be padding that is written otherwise."""
WRITTEN = ("deployments/", "environments/", "stacks/")
"""Folders of branches that runs write to."""


def secrets(world: World, *environments: str) -> dict[str, str]:
    """What must be nowhere, with its name: the keys of the deployment's endpoints, a line of the App's private key."""
    found: dict[str, str] = {}
    for environment in environments:
        client, where = endpoint(world, environment)
        keys = client.online_endpoints.list_keys(*where)
        found |= {keys.primary_key: f"first key of {environment}", keys.secondary_key: f"second key of {environment}"}
    pem = world.hub.environment("automation").secrets["AMLOPS_APP_PRIVATE_KEY"].splitlines()
    return {**found, pem[len(pem) // 2]: "private key of the App"}


def leaks(places: Iterable[tuple[str, bytes]], wanted: dict[str, str]) -> list[str]:
    """Where which of them was found; names only."""
    cut = {secret[:LONGEST]: name for secret, name in wanted.items()}
    return sorted(f"{place}: {cut[secret]}" for place, content in places for secret in canary.leaks(cut, content))


def places(world: World) -> Iterator[tuple[str, bytes]]:
    """Everything that runs left: rows and errors, summaries, artifacts; comments, issues; what they wrote to main and
    to the evidence; leases; and every blob, Pulumi's states among them."""
    for run in world.runs.all:
        yield f"{run} summary", run.summary.encode("latin-1", "replace")
        for path in _files(run.folder, "act.*"):
            yield f"{run} {path.name}", path.read_bytes()
        for path in _files(run.folder and run.folder / "artifacts", "**/*"):
            yield f"{run} artifact {path.name}", path.read_bytes()
    for note in world.hub.notes.values():
        yield f"comment {note.id} on {note.number}", note.body.encode()
    for issue in world.hub.issues.values():
        yield f"issue {issue.number}", f"{issue.title}\n{issue.body}".encode()
    for ref in world.hub.remote.refs():
        if ref.startswith("refs/leases/"):
            yield ref, world.hub.remote.git("cat-file", "blob", ref, exact=True).encode()
        elif ref in ("refs/heads/main", "refs/heads/evidence"):
            for path in world.hub.remote.files(ref, "."):
                if path.startswith(WRITTEN) and path.endswith((".json", ".yaml", ".svg")):
                    yield f"{ref} {path}", (world.hub.remote.read(ref, path) or "").encode()
    for path in _files(world.root / "azure/azurite/__blobstorage__", "*"):
        yield f"blob {path.name}", path.read_bytes()


def _files(folder: Path | None, pattern: str) -> Iterator[Path]:
    if folder is not None and folder.is_dir():
        yield from (path for path in folder.glob(pattern) if path.is_file())
