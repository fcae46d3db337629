"""An apply that creates, updates and deletes, killed after each of its writes: what is applied next heals all of it.

Its writes are enumerated, not chosen: those of one undisturbed apply, to ARM, to Pulumi's state and to git's refs.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.memory import in_memory

from .changing import DEV, STACK, End, explained, require_whole
from .company import DEPLOYMENT, FOLDER
from .standing import standing
from .writes import Point, differences, kill_at, note_pushes, points_of

SHARDS = 6
"""Tests that share the points among them."""


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
        note_pushes(beginning)
        shutil.copytree(beginning, once, symlinks=True)
        with standing(once) as found:
            mark = found.cloud.control("GET", "trace")["mark"]
            assert "2 create, 2 delete, 2 update" in found.apply(STACK, explained(once))
            trace = found.cloud.control("GET", f"trace?since={mark}")
            assert trace["complete"] is True
            end = require_whole(found)
        yield Enumerated(beginning, points_of(trace["requests"], once), end, _created(trace["requests"]))


def _created(trace: Sequence[dict[str, Any]]) -> Counter[str]:
    """How often each resource was made anew."""
    made = ("PUT", 201, "")
    return Counter(one["path"].lower() for one in trace if (one["method"], one["status"], one["host"]) == made)


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
    as the undisturbed one did: nothing made twice, nothing left over, nobody holds the stack. Who asks meanwhile is
    answered."""
    points = enumerated.points[shard::SHARDS]
    with in_memory(tmp_path) as root, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        places = [root / str(number) for number in range(len(points))]
        wrong = list(pool.map(lambda point, place: _killed(enumerated, point, place), points, places))
    assert [text for text in wrong if text] == []


def _killed(enumerated: Enumerated, point: Point, folder: Path) -> str:
    """What went wrong at one point, "" where nothing did."""
    try:
        shutil.copytree(enumerated.beginning, folder, symlinks=True)
        with standing(folder) as found:
            mark = found.cloud.control("GET", "trace")["mark"]
            body = (found.clone.path / FOLDER / "sample-request.json").read_bytes()
            client = found.users(found.deployed(DEPLOYMENT, DEV).id, body, 5.0, at_once=1)
            with client.asking():
                kill_at(found, point, "apply", STACK, explained(folder))
                said = found.apply(STACK, explained(folder))
                client.wait(5)
            assert not client.failed, client.failed[:3]
            ours = require_whole(found)
            trace = found.cloud.control("GET", f"trace?since={mark}")["requests"]
            assert _created(trace) == enumerated.created, f"made {_created(trace)}"
            differ = differences(asdict(ours), asdict(enumerated.end))
            assert not differ, f"{differ}\n{said}"
    except AssertionError as error:
        return f"{point}: {error}"
    shutil.rmtree(folder, ignore_errors=True)
    return ""


def test_one_runner_after_the_other_dies(enumerated: Enumerated, tmp_path: Path) -> None:
    """Each at a later write than the one before: the lock, a checkpoint, ARM's update, create and delete, the evidence,
    the ref. The next one ends all of it, and to plain `pulumi` nothing is left to do."""
    with in_memory(tmp_path) as root:
        shutil.copytree(enumerated.beginning, root / "it", symlinks=True)
        with standing(root / "it") as found:
            for point in _one_after_the_other(enumerated):
                kill_at(found, point, "apply", STACK, explained(found.folder))
            found.apply(STACK, explained(found.folder))
            require_whole(found)
            preview = f"pulumi preview -s {STACK} --non-interactive --suppress-progress --expect-no-changes"
            command = f'set -e; found=$(.venv/bin/amlops env {STACK}); eval "$found"; {preview}'
            found.clone.run(command, extra=found.variables(STACK))


def _one_after_the_other(enumerated: Enumerated) -> tuple[Point, ...]:
    """Writes of which each must be done before the next one begins, and which none that goes on repeats."""
    points, (made,) = enumerated.points, enumerated.created
    arm = [point for point in points if point.method and not point.host]
    wanted = (
        [point for point in points if "/locks/" in point.path][:1],
        [point for point in points if point.name == f"{STACK}.json" and point.host][:1],
        [point for point in arm if "/deployments/" not in point.path],
        [point for point in arm if made.endswith(f"/{point.name.lower()}")],
        [point for point in arm if point.method == "DELETE"],
        [point for point in points if point.name == "refs/heads/evidence"],
        [point for point in points if point.name == f"refs/applied/{STACK}"],
    )
    return tuple(point for (point,) in wanted)
