"""Whether a secret stands anywhere that people or later runs can read after the workflows ran."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from tests.support import canary
from tests.support.storage import blob_service

from .company import deployed_in, endpoint
from .world import World

LONGEST = 40
"""Characters of a secret that are looked for: a key's own end may be padding that is written otherwise."""
WRITTEN = ("deployments/", "environments/", "stacks/")
"""Folders of branches that runs write to."""

KINDS = {
    "output": re.compile(r" summary$"),
    "plan": re.compile(r" artifact "),
    "comment": re.compile(r"^comment "),
    "log": re.compile(r" act\.jsonl$"),
    "evidence": re.compile(r"^refs/heads/evidence "),
    "state": re.compile(r"^blob "),
}
"""What kind a place is of, by its name."""


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


def require_no_leaks(world: World, *environments: str) -> None:
    """No secret is in any place, and there are places of each kind. One that is then planted in a place of each kind,
    in another form each, is found there. Raises AssertionError."""
    wanted, left = secrets(world, *environments), dict(places(world))
    assert _kinds(left) == set(KINDS)
    assert leaks(left.items(), wanted) == []
    secret, name = next(iter(wanted.items()))
    forms = list(canary.forms(secret[:LONGEST]).values())
    for number, plant in enumerate(_PLANTS.values()):
        plant(world, b"planted " + forms[number % len(forms)] + b"\n")
    found = leaks((now for now in places(world) if left.get(now[0]) != now[1]), wanted)
    assert all(place.endswith(f": {name}") for place in found), found
    assert _kinds(place.removesuffix(f": {name}") for place in found) == set(KINDS)


def _kinds(places: Iterable[str]) -> set[str]:
    return {kind for place in places for kind, pattern in KINDS.items() if pattern.search(place)}


def _in_summary(world: World, text: bytes) -> None:
    run = world.runs.all[-1]
    run.summary += text.decode("latin-1")


def _in_artifact(world: World, text: bytes) -> None:
    folders = [run.folder / "artifacts" for run in world.runs.all if run.folder is not None]
    file = next(path for folder in folders for path in _files(folder, "**/*"))
    file.write_bytes(file.read_bytes() + text)


def _in_comment(world: World, text: bytes) -> None:
    note = next(iter(world.hub.notes.values()))
    note.body += text.decode()


def _in_log(world: World, text: bytes) -> None:
    file = next(path for run in world.runs.all for path in _files(run.folder, "act.jsonl"))
    file.write_bytes(file.read_bytes() + text)


def _in_evidence(world: World, text: bytes) -> None:
    git, branch = world.hub.remote.git, "refs/heads/evidence"
    blob = git("hash-object", "-w", "--stdin", stdin=text.decode())
    stacks = git("mktree", stdin=f"100644 blob {blob}\tplanted.json\n")
    tree = git("mktree", stdin=f"040000 tree {stacks}\tstacks\n")
    world.hub.remote.set(branch, world.hub.remote.commit(tree, [git("rev-parse", branch)], "planted", "nobody"))


def _in_state(world: World, text: bytes) -> None:
    assert world.cloud is not None
    found = deployed_in(world, "dev")
    with blob_service(world.cloud, found.names.state_storage, world.cloud.credential()) as account:
        account.get_blob_client(found.names.realm("platform"), ".pulumi/planted.json").upload_blob(text)


_PLANTS: Mapping[str, Callable[[World, bytes], None]] = {
    "log": _in_log,
    "output": _in_summary,
    "comment": _in_comment,
    "evidence": _in_evidence,
    "plan": _in_artifact,
    "state": _in_state,
}
"""In the order of the forms: what is text takes no gzip."""
