"""Picks the program by the stack's name: `shared`, `<env>.shared`, `<env>` or `<env>.<deployment>`. Nothing more.

Each program is imported alone: the SDK's modules cost up to a second each.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pulumi

from amlops.config import Repository, load_environment
from amlops.config.operations import operation_minutes
from amlops.errors import AmlopsError
from components.timeouts import bound_operations

# a program lives for seconds and keeps what it makes; collecting while the SDK's modules come costs it a third
gc.disable()


def main() -> None:
    stack = pulumi.get_stack()
    repo = Repository(Path(__file__).resolve().parent.parent)
    name, _, part = stack.partition(".")
    try:
        bound_operations(operation_minutes(os.environ))
        found = load_environment(repo, name)
        if part == "shared" or (not part and found.settings.platform is None):
            from programs import shared

            shared.run(found, stack)
        elif part:
            from programs import deployment

            deployment.run(repo, found, part, stack)
        else:
            from programs import environment

            environment.run(repo, found, stack)
    except AmlopsError as error:
        raise pulumi.RunError(str(error)) from None


main()
