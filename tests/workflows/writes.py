"""The writes of a command, enumerated from one undisturbed run: requests by the local Azure's trace, pushes by a hook
of the remote. Each can be held, so that whoever sent it is killed once it is done and before it is answered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .standing import Standing

METHODS = ("PUT", "PATCH", "DELETE")
"""A POST changes nothing here: it asks for keys."""
HOOK = """#!/bin/sh
while read -r _ _ ref; do
  echo "$ref" >>hooks/pushed
  if [ "$(cat hooks/hold-at 2>/dev/null)" = "$(wc -l <hooks/pushed | tr -d ' ')" ]; then
    touch hooks/held
    while [ -e hooks/hold-at ]; do sleep 0.02; done
  fi
done
"""
"""Notes each ref that is pushed, and keeps back the answer to the one whose number a file says, once it is done."""


@dataclass(frozen=True)
class Point:
    """The `number`th write of its kind, from 0: a request of `method` to what `path` matches on `host` ("" is ARM), or
    (no method) a push of any ref."""

    name: str
    number: int
    method: str = ""
    host: str = ""
    path: str = ""

    def __str__(self) -> str:
        return f"{self.method or 'push'} {self.name} ({self.number + 1})"


def note_pushes(folder: Path) -> None:
    """The remote of a `Standing` notes what is pushed from now on."""
    hook = folder / "remote/hooks/post-receive"
    hook.write_text(HOOK)
    hook.chmod(0o755)


def pushed(folder: Path) -> list[str]:
    """The refs, in their order."""
    return (folder / "remote/hooks/pushed").read_text().splitlines()


def points_of(trace: Sequence[dict[str, Any]], folder: Path) -> tuple[Point, ...]:
    """All writes of a run that was traced since its begin."""
    return (*_requests(trace), *(Point(ref, number) for number, ref in enumerate(pushed(folder))))


def _requests(trace: Sequence[dict[str, Any]]) -> Iterator[Point]:
    """Without Pulumi's copy of the checkpoint before (`.bak`): killed after it, an apply leaves what it leaves when it
    is killed after the write before."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for request in trace:
        copied = request["path"].endswith(".bak")
        if request["method"] not in METHODS or copied or not 200 <= request["status"] < 300:
            continue
        path = re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.json)|\d{19}", "*", request["path"])
        what = (request["method"], request["host"], path)
        pattern = "^" + re.escape(path).replace(r"\*", "[0-9a-f-]+") + "$"
        name = path.rsplit("/", 1)[-1]
        yield Point(name, counted[what], request["method"], request["host"].replace(".", r"\."), pattern)
        counted[what] += 1


def hold(found: Standing, point: Point) -> tuple[Callable[[], bool], Callable[[], None]]:
    """Keeps back the answer to a write: whether it is kept back now, and how to let it go."""
    if point.method:
        rule = {"kind": "hold", "method": point.method, "host": point.host, "path": point.path, "after": point.number}
        found.cloud.control("PUT", "faults", {"rules": [rule]})
        return (
            lambda: bool(found.cloud.control("GET", "held")["held"]),
            lambda: found.cloud.control("PUT", "faults", {"rules": []}),
        )
    hooks = found.folder / "remote/hooks"
    (hooks / "hold-at").write_text(str(point.number + 1))
    return (hooks / "held").exists, lambda: (hooks / "hold-at").unlink(missing_ok=True)


def differences(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """Where two values differ, with both."""
    if ours == theirs:
        return []
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return [f"{at}: {ours!r}, not {theirs!r}"]
    names = sorted({*ours, *theirs})
    return [text for name in names for text in differences(ours.get(name), theirs.get(name), f"{at}/{name}")]
