"""All checks of a kind on one situation; what a check may not see is told, and stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlops.errors import AmlopsError
from amlops.github import GitHubRefused, NotAllowed
from amlops.one_a_file import one_a_file

from . import clone as clone_checks
from . import github as github_checks
from .check import Check, Result
from .situation import Clone, OnGitHub


def examine_clone(where: Clone) -> list[Result]:
    """Of this clone and this machine."""
    return [result for check in one_a_file(clone_checks, Check) for result in _run(check, where)]


def examine_github(where: OnGitHub) -> list[Result]:
    """Of the repository on GitHub."""
    return [result for check in one_a_file(github_checks, Check) for result in _run(check, where)]


def all_checks() -> tuple[Check[Any], ...]:
    """Every check there is."""
    return (*one_a_file(clone_checks, Check), *one_a_file(github_checks, Check))


def _run(check: Check[Any], where: Any) -> Iterator[Result]:
    try:
        yield from check.examine(where)
    except NotAllowed as error:
        yield check.unknown(f"this token may not see it: {error.said}", "use the token of somebody who is an admin")
    except GitHubRefused as error:
        yield check.unknown(str(error))
    except AmlopsError as error:
        yield check.wrong(str(error), "mend what the message names")
