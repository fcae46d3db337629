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

from amlops.stacks.lease import LEASES

from .standing import Standing

METHODS = ("PUT", "PATCH", "DELETE")
"""A POST changes nothing here: it asks for keys."""
HOOK = """#!/bin/sh
while read -r old new ref; do
  change=updated
  case "$old" in *[!0]*) ;; *) change=created ;; esac
  case "$new" in *[!0]*) ;; *) change=deleted ;; esac
  echo "$change $ref" >>hooks/pushed
  if [ "$(cat hooks/hold-at 2>/dev/null)" = "$change $ref $(grep -cx "$change $ref" hooks/pushed)" ]; then
    touch hooks/held
    while [ -e hooks/hold-at ]; do sleep 0.02; done
  fi
done
"""
"""Notes each ref that is pushed, and keeps back the answer to the one that a file says, with its number, once it is
done."""


@dataclass(frozen=True)
class Point:
    """The `number`th write of its kind, from 0: a request of `method` to what `path` matches on `host` ("" is ARM), or
    (no method) a push that made such a `change` of the ref `name`."""

    name: str
    number: int
    method: str = ""
    host: str = ""
    path: str = ""
    change: str = ""

    @property
    def is_renewal(self) -> bool:
        """Whether it holds a lease for longer. One within the same second of the server's changes nothing, so git
        pushes nothing, and how many there are is chance."""
        return self.change == "updated" and self.name.startswith(LEASES)

    def __str__(self) -> str:
        return f"{self.method or self.change} {self.name} ({self.number + 1})"


def note_pushes(folder: Path) -> None:
    """The remote of a `Standing` notes what is pushed from now on."""
    hook = folder / "remote/hooks/post-receive"
    hook.write_text(HOOK)
    hook.chmod(0o755)


def pushes(folder: Path) -> tuple[Point, ...]:
    """What was pushed there, in its order."""
    counted: Counter[str] = Counter()
    found = []
    for line in (folder / "remote/hooks/pushed").read_text().splitlines():
        change, ref = line.split()
        found.append(Point(ref, counted[line], change=change))
        counted[line] += 1
    return tuple(found)


def points_of(trace: Sequence[dict[str, Any]], folder: Path) -> tuple[Point, ...]:
    """All writes of a run that was traced since its begin."""
    return (*_requests(trace), *pushes(folder))


def is_write(request: dict[str, Any]) -> bool:
    """Whether a traced request wrote something, and was not refused."""
    return request["method"] in METHODS and 200 <= request["status"] < 300


def _requests(trace: Sequence[dict[str, Any]]) -> Iterator[Point]:
    """Without Pulumi's copy of the checkpoint before (`.bak`): killed after it, an apply leaves what it leaves when it
    is killed after the write before."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for request in trace:
        if not is_write(request) or request["path"].endswith(".bak"):
            continue
        path = re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.json)|\d{19}", "*", request["path"])
        what = (request["method"], request["host"], path)
        pattern = "^" + re.escape(path).replace(r"\*", "[0-9a-f-]+") + "$"
        name = path.rsplit("/", 1)[-1]
        yield Point(name, counted[what], request["method"], request["host"].replace(".", r"\."), pattern)
        counted[what] += 1


def kill_at(found: Standing, point: Point, command: str, stack: str, arguments: str = "") -> None:
    """Runs `amlops apply` or `rollout` until it has done this write, and kills it there. Raises AssertionError where it
    ended before; a renewal of the lease may be one that this run didn't make."""
    there, let_go = _hold(found, point)
    try:
        said = found.killed(command, stack, arguments, there)
        left_out = point.is_renewal and point not in pushes(found.folder)
        assert said is None or left_out, f"{command} ended before it came there:\n{said}"
    finally:
        let_go()


def _hold(found: Standing, point: Point) -> tuple[Callable[[], bool], Callable[[], None]]:
    """Keeps back the answer to a write: whether it is kept back now, and how to let it go."""
    if point.method:
        rule = {"kind": "hold", "method": point.method, "host": point.host, "path": point.path, "after": point.number}
        found.cloud.control("PUT", "faults", {"rules": [rule]})
        return (
            lambda: bool(found.cloud.control("GET", "held")["held"]),
            lambda: found.cloud.control("PUT", "faults", {"rules": []}),
        )
    hooks = found.folder / "remote/hooks"
    (hooks / "hold-at").write_text(f"{point.change} {point.name} {point.number + 1}")
    return (hooks / "held").exists, lambda: (hooks / "hold-at").unlink(missing_ok=True)


def differences(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """Where two values differ, with both."""
    if ours == theirs:
        return []
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return [f"{at}: {ours!r}, not {theirs!r}"]
    names = sorted({*ours, *theirs})
    return [text for name in names for text in differences(ours.get(name), theirs.get(name), f"{at}/{name}")]
