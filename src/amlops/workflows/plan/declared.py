"""What stacks declare, from git alone: their programs, run in a child process without engine, provider or cloud."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from amlops.config import Environment, Repository, read_document
from amlops.errors import AmlopsError
from amlops.policy import Resource

NOWHERE = "00000000-0000-4000-8000-00000000000a"
"""The subscription of an environment on the local Azure, which chooses its own."""
WORTHWHILE = 8
"""Stacks for which another process pays: each needs seconds for Pulumi's SDK."""


def declared(repo: Repository, stacks: Mapping[str, Environment]) -> dict[str, tuple[Resource, ...]]:
    """All resources of each stack with their inputs, as a first `up` would send them; ids are those of Azure's form.

    Raises AmlopsError (exit code 2 where a file of git is wrong) with what the programs said.
    """
    if not stacks:
        return {}
    project = str(read_document(repo.root / "Pulumi.yaml", root=repo.root).data["name"])
    names = list(stacks)
    count = min(os.cpu_count() or 1, -(-len(names) // WORTHWHILE))
    parts = [names[at::count] for at in range(count)]
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(lambda part: _child(repo, project, part, stacks), parts))
    found = {name: answer for one in answers for name, answer in one.items()}
    failed = {name: answer for name, answer in found.items() if "error" in answer}
    if failed:
        said = "\n".join(f"{name}: {answer['error']}" for name, answer in failed.items())
        bad_input = all(answer["bad_input"] for answer in failed.values())
        raise AmlopsError(said, exit_code=2 if bad_input else 4)
    return {name: tuple(Resource.of(one["urn"], one["inputs"]) for one in found[name]["resources"]) for name in names}


def _child(
    repo: Repository, project: str, names: Sequence[str], stacks: Mapping[str, Environment]
) -> dict[str, dict[str, Any]]:
    asked = {
        "root": str(repo.root),
        "project": project,
        "stacks": {name: stacks[name].subscription_id or NOWHERE for name in names},
    }
    done = subprocess.run(
        [sys.executable, "-P", "-m", "amlops.workflows.plan.declaring"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        cwd=repo.root,
        check=False,
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise AmlopsError(f"the programs could not be run: {' / '.join(lines[-3:])}")
    answer: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return answer
