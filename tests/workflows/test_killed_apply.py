"""An apply that creates, updates and deletes, killed after each of its writes: what is applied next heals all of it.

Its writes are enumerated, not chosen: those of one undisturbed apply, to ARM, to Pulumi's state and to git's refs.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.memory import in_memory

from .changing import STACK, End, explained, require_whole
from .standing import Standing, standing

SHARDS = 6
"""Tests that share the points among them."""
WRITES = ("PUT", "PATCH", "DELETE")
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


@dataclass(frozen=True)
class Enumerated:
    """`beginning` is the folder of what stands before the apply, `end` what an undisturbed one leads to; `created`
    counts how often that made each resource anew."""

    beginning: Path
    points: tuple[Point, ...]
    end: End
    created: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def enumerated(changing: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Enumerated]:
    with in_memory(tmp_path_factory.mktemp("killed")) as root:
        beginning, once = root / "beginning", root / "once"
        shutil.copytree(changing, beginning, symlinks=True)
        hook = beginning / "remote/hooks/post-receive"
        hook.write_text(HOOK)
        hook.chmod(0o755)
        shutil.copytree(beginning, once, symlinks=True)
        with standing(once) as found:
            mark = found.cloud.control("GET", "trace")["mark"]
            assert "2 create, 2 delete, 2 update" in found.apply(STACK, explained(once))
            trace = found.cloud.control("GET", f"trace?since={mark}")
            assert trace["complete"] is True
            end = require_whole(found)
        points = (*_requests(trace["requests"]), *_pushes(once))
        yield Enumerated(beginning, points, end, _created(trace["requests"]))


# -- the writes ------------------------------------------------------------------------------------------------------


def _requests(trace: Sequence[dict[str, Any]]) -> Iterator[Point]:
    """A POST changes nothing here: it asks for keys. Neither does Pulumi's copy of the checkpoint before (`.bak`):
    killed after it, an apply leaves what it leaves when it is killed after the write before."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for request in trace:
        copied = request["path"].endswith(".bak")
        if request["method"] not in WRITES or copied or not 200 <= request["status"] < 300:
            continue
        path = re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.json)|\d{19}", "*", request["path"])
        what = (request["method"], request["host"], path)
        pattern = "^" + re.escape(path).replace(r"\*", "[0-9a-f-]+") + "$"
        name = path.rsplit("/", 1)[-1]
        yield Point(name, counted[what], request["method"], request["host"].replace(".", r"\."), pattern)
        counted[what] += 1


def _pushes(folder: Path) -> Iterator[Point]:
    for number, ref in enumerate(_pushed(folder)):
        yield Point(ref, number)


def _pushed(folder: Path) -> list[str]:
    return (folder / "remote/hooks/pushed").read_text().splitlines()


def _created(trace: Sequence[dict[str, Any]]) -> Counter[str]:
    """How often each resource was made anew."""
    made = ("PUT", 201, "")
    return Counter(one["path"].lower() for one in trace if (one["method"], one["status"], one["host"]) == made)


# -- the kills -------------------------------------------------------------------------------------------------------


def _differences(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """Where two values differ, with both."""
    if ours == theirs:
        return []
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return [f"{at}: {ours!r}, not {theirs!r}"]
    names = sorted({*ours, *theirs})
    return [text for name in names for text in _differences(ours.get(name), theirs.get(name), f"{at}/{name}")]


def test_writes_are_of_all_kinds(enumerated: Enumerated) -> None:
    """The enumeration is of an apply that changes, makes and deletes; its state is written around each of these."""
    arm = [point for point in enumerated.points if point.method and not point.host]
    assert sorted(point.method for point in arm) == ["DELETE", "PUT", "PUT", "PUT"]
    checkpoints = [point for point in enumerated.points if point.name == f"{STACK}.json" and point.host]
    assert len(checkpoints) > 2 * len(arm)
    pushed = [point.name for point in enumerated.points if not point.method]
    assert pushed[0] == pushed[-1] == f"refs/leases/{STACK}"
    assert {"refs/heads/evidence", f"refs/applied/{STACK}"} < set(pushed)
    assert len(set(enumerated.points)) == len(enumerated.points)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_killed_after_every_write(enumerated: Enumerated, shard: int, tmp_path: Path) -> None:
    """Each time from the same beginning, with all its children, as soon as the write was answered. The next apply ends
    as the undisturbed one did: nothing made twice, nothing left over, nobody holds the stack."""
    points = enumerated.points[shard::SHARDS]
    with in_memory(tmp_path) as root, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        places = [root / str(number) for number in range(len(points))]
        wrong = list(pool.map(lambda point, place: _killed(enumerated, point, place), points, places))
    assert [text for text in wrong if text] == []


def _killed(enumerated: Enumerated, point: Point, folder: Path) -> str:
    """What went wrong at one point, "" where nothing did."""
    try:
        shutil.copytree(enumerated.beginning, folder, symlinks=True)
        with standing(folder) as found, ExitStack() as ending:
            mark = found.cloud.control("GET", "trace")["mark"]
            there, let_go = _hold(found, point)
            ending.callback(let_go)
            if not found.killed(STACK, explained(folder), there):
                return f"{point}: the apply ended before it came there"
            let_go()
            said = found.apply(STACK, explained(folder))
            ours = require_whole(found)
            trace = found.cloud.control("GET", f"trace?since={mark}")["requests"]
            assert _created(trace) == enumerated.created, f"made {_created(trace)}"
            differ = _differences(asdict(ours), asdict(enumerated.end))
            assert not differ, f"{differ}\n{said}"
    except AssertionError as error:
        return f"{point}: {error}"
    shutil.rmtree(folder, ignore_errors=True)
    return ""


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
    (hooks / "hold-at").write_text(str(point.number + 1))
    return (hooks / "held").exists, lambda: (hooks / "hold-at").unlink(missing_ok=True)
