"""git over HTTPS as a token: nothing is written into the clone, and no other credential of the clone is sent along."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from amlops.git import Git


def credential(server_url: str, token: str) -> dict[str, str]:
    """Variables by which git sends the token to this server only.

    The empty value first drops headers that the clone's own configuration (a checkout step's) has for the server: git
    would send both, and GitHub refuses two. Source: git-config(1), `http.extraHeader`.
    """
    key = f"http.{server_url.rstrip('/')}/.extraheader"
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": key,
        "GIT_CONFIG_VALUE_0": "",
        "GIT_CONFIG_KEY_1": key,
        "GIT_CONFIG_VALUE_1": f"AUTHORIZATION: basic {basic}",
    }


def open_git(root: Path, environ: Mapping[str, str]) -> Git:
    """The clone; in a workflow's job with the App's token where the job has it, else with the job's own."""
    token = environ.get("AMLOPS_APP_TOKEN") or environ.get("GITHUB_TOKEN")
    if not token or not environ.get("GITHUB_REPOSITORY"):
        return Git(root)
    return Git(root, variables=credential(environ.get("GITHUB_SERVER_URL", "https://github.com"), token))
