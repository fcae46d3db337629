"""Which repository on GitHub a clone belongs to."""

from __future__ import annotations

import re

from amlops.git import Git, GitFailed

_URL = re.compile(r"(?:[/:@])github[^/:]*[/:](?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?$")


def named_by_remote(git: Git) -> str | None:
    """`owner/name` by the address of the clone's remote, None where that is not on a GitHub."""
    try:
        address = git.remote_url()
    except GitFailed:
        return None
    found = _URL.search(address)
    return found["name"] if found else None
