"""Whether a secret stands anywhere that people or later runs can read: plain, in base64, URL-encoded, or in gzip."""

from __future__ import annotations

import base64
import contextlib
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from .world import World

SHORTEST = 8
"""Characters; shorter ones are no secrets and would be found by chance."""
_GZIP = b"\x1f\x8b\x08"
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")


def forms(secret: str) -> set[bytes]:
    """How the secret looks: itself, URL-encoded, and in base64 wherever in a longer text it begins."""
    plain = secret.encode()
    found = {plain, quote(secret, safe="").encode()}
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + plain)
        # the characters at both ends depend on what stands beside the secret
        whole = encoded[(before * 8 + 5) // 6 : len(encoded) - (4 if len(plain) > SHORTEST else 2)]
        found |= {whole, whole.replace(b"+", b"-").replace(b"/", b"_")}
    return {form for form in found if len(form) >= SHORTEST}


def leaks(places: Iterable[tuple[str, bytes]], secrets: Iterable[str]) -> list[str]:
    """Where which secret was found; its first characters only."""
    wanted = [(secret, forms(secret)) for secret in secrets if len(secret) >= SHORTEST]
    found = []
    for name, content in places:
        for view in _views(content):
            found += [
                f"{name}: {secret[:4]}…" for secret, all_forms in wanted if any(form in view for form in all_forms)
            ]
    return sorted(set(found))


def places(world: World) -> Iterator[tuple[str, bytes]]:
    """Everything that a run left: its rows and errors, summaries, artifacts; comments, issues, evidence, refs."""
    for run in world.runs.all:
        yield f"{run} summary", run.summary.encode()
        for path in _files(run.folder, ("act.jsonl", "act.err")):
            yield f"{run} {path.name}", path.read_bytes()
        for path in _files(run.folder and run.folder / "artifacts", ()):
            yield f"{run} artifact {path.name}", path.read_bytes()
    for note in world.hub.notes.values():
        yield f"comment {note.id} on {note.number}", note.body.encode()
    for issue in world.hub.issues.values():
        yield f"issue {issue.number}", f"{issue.title}\n{issue.body}".encode()
    for ref in world.hub.remote.refs():
        if ref.startswith(("refs/heads/", "refs/leases/")):
            yield ref, _content(world, ref)


def _content(world: World, ref: str) -> bytes:
    """Every file of a branch, or the object that a lease is."""
    if ref.startswith("refs/leases/"):
        return world.hub.remote.git("cat-file", "blob", ref, exact=True).encode()
    files = world.hub.remote.files(ref, ".")
    kept = [path for path in files if not path.startswith("tests/")]
    return "\n".join(world.hub.remote.read(ref, path) or "" for path in kept if _is_text(path)).encode()


def _is_text(path: str) -> bool:
    return path.startswith(("deployments/", "environments/", "stacks/")) and not path.endswith((".png", ".pkl"))


def _files(folder: Path | None, names: tuple[str, ...]) -> Iterator[Path]:
    if folder is None or not folder.is_dir():
        return
    if names:
        yield from (folder / name for name in names if (folder / name).exists())
    else:
        yield from (path for path in folder.rglob("*") if path.is_file())


def _views(content: bytes) -> Iterator[bytes]:
    """The content, and what is packed in it: gzip streams, in the raw or in base64."""
    yield content
    yield from _unpacked(content)
    for match in _BASE64.finditer(content):
        text = match[0].replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        if text.startswith(b"H4sI"):
            yield from _unpacked(base64.b64decode(text + b"=" * (-len(text) % 4)))


def _unpacked(content: bytes) -> Iterator[bytes]:
    at = content.find(_GZIP)
    while at >= 0:
        # the three bytes may stand there by chance: what can't be unpacked is no gzip
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(content[at:])
        at = content.find(_GZIP, at + 1)
