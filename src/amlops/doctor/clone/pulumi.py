"""Check: the Pulumi CLI is there, in the version of the SDK that the programs use, and so is its language host."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from importlib.metadata import version

from amlops.errors import AmlopsError
from amlops.stacks.pulumi_cli import find_pulumi, require_host

from ..check import Check, Result
from ..situation import Clone


class Pulumi(Check[Clone]):
    id = "pulumi"

    def examine(self, where: Clone) -> Iterator[Result]:
        file, pinned = find_pulumi(where.environ), version("pulumi")
        done = subprocess.run([file, "version"], capture_output=True, text=True, check=False)
        said = done.stdout.strip().removeprefix("v")
        if said == pinned:
            yield self.ok(f"Pulumi {said}")
            yield from self._host(where)
        else:
            yield self.wrong(f"{file} is Pulumi {said or 'of no version'}, wanted is {pinned}", "make setup")

    def _host(self, where: Clone) -> Iterator[Result]:
        try:
            require_host(where.environ)
        except AmlopsError as error:
            yield self.unknown(f"{error} (a local Azure needs it not)")
