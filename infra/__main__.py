"""Picks the program by the stack's name: `shared`, `<env>.shared`, `<env>` or `<env>.<deployment>`. Nothing more."""

from __future__ import annotations

from pathlib import Path

import pulumi

from amlops.config import ConfigError, Repository, load_environment
from programs import deployment, environment, shared


def main() -> None:
    stack = pulumi.get_stack()
    repo = Repository(Path(__file__).resolve().parent.parent)
    name, _, part = stack.partition(".")
    try:
        found = load_environment(repo, name)
        if part == "shared" or (not part and found.settings.platform is None):
            shared.run(found, stack)
        elif part:
            deployment.run(repo, found, part, stack)
        else:
            environment.run(found, stack)
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None


main()
