"""git over HTTPS as a token: nothing is written into the clone, and no other credential of the clone is sent along."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from amlops.git import Git

from .tokens import Token, token_of


@dataclass(frozen=True)
class Credential(Mapping[str, str]):
    """Variables by which git sends the token to this server only, made anew each time that they are read: a token may
    have been replaced since.

    The empty value first drops headers that the clone's own configuration (a checkout step's) has for the server: git
    would send both, and GitHub refuses two. Source: git-config(1), `http.extraHeader`.
    """

    server_url: str
    token: Token = field(repr=False)

    def __getitem__(self, name: str) -> str:
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    @property
    def _variables(self) -> dict[str, str]:
        key = f"http.{self.server_url.rstrip('/')}/.extraheader"
        basic = base64.b64encode(f"x-access-token:{self.token()}".encode()).decode()
        return {
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": key,
            "GIT_CONFIG_VALUE_0": "",
            "GIT_CONFIG_KEY_1": key,
            "GIT_CONFIG_VALUE_1": f"AUTHORIZATION: basic {basic}",
        }


def open_git(root: Path, environ: Mapping[str, str]) -> Git:
    """The clone; in a workflow's job with the App's token where the job has it, else with the job's own."""
    token = token_of(environ)
    if token is None or not environ.get("GITHUB_REPOSITORY"):
        return Git(root)
    return Git(root, variables=Credential(environ.get("GITHUB_SERVER_URL", "https://github.com"), token))
