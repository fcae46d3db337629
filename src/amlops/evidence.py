"""Evidence: what was measured, decided and applied, as JSON on the branch `evidence`, which only the App may push.

Paths: `deployments/<name>/<release>/<what>.json` (`evaluation`, `rollout-<env>`, with `.svg` beside it),
`deployments/<name>/<what>.json` (`training`, `tried`, `alarm`: the last ones) and `stacks/<stack>/<what>.json`. Each
file says which run of which commit wrote it (`written`); gates check that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from .git import Git

BRANCH = "evidence"
T = TypeVar("T")


@dataclass(frozen=True)
class Evidence:
    """The branch as the remote had it when it was first asked; `write` makes a commit on it."""

    git: Git

    @cached_property
    def _commit(self) -> str | None:
        self.git.fetch(f"refs/heads/{BRANCH}")
        return self.git.resolve(f"refs/remotes/origin/{BRANCH}")

    @cached_property
    def paths(self) -> frozenset[str]:
        """Every file of the branch."""
        return frozenset(self.git.files(self._commit)) if self._commit else frozenset()

    def read(self, path: str) -> dict[str, Any] | None:
        """A JSON file, None where it isn't there."""
        text = self.git.read(self._commit, path) if self._commit and path in self.paths else None
        if text is None:
            return None
        found: dict[str, Any] = json.loads(text)
        return found

    def read_all(self, paths: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Those of the JSON files that are there and hold a map, by path, read by one process."""
        if self._commit is None:
            return {}
        texts = self.git.texts(self._commit, [path for path in paths if path in self.paths])
        found = {path: _read(text) for path, text in texts.items()}
        return {path: what for path, what in found.items() if what is not None}

    def parsed(self, paths: Mapping[str, str], parse: Callable[[Mapping[str, Any]], T]) -> dict[str, T]:
        """What `parse` makes of the files of these paths, by their names here. Files that aren't there, or that it can
        make nothing of (KeyError, TypeError, ValueError), are left out."""
        read, found = self.read_all(paths.values()), {}
        for name, path in paths.items():
            try:
                found[name] = parse(read[path])
            except (KeyError, TypeError, ValueError):
                continue
        return found

    def write(self, files: Mapping[str, Mapping[str, Any] | str], message: str) -> str:
        """Commits and pushes files (a mapping as JSON); gives the commit. Raises GitFailed."""
        texts = {path: what if isinstance(what, str) else _text(what) for path, what in files.items()}
        commit = self.git.push_files(BRANCH, dict(texts), message)
        for kept in ("_commit", "paths"):
            self.__dict__.pop(kept, None)
        return commit


def of_release(deployment: str, release: str, what: str) -> str:
    """`deployments/<name>/<release>/<what>.json`."""
    return f"deployments/{deployment}/{release}/{what}.json"


def of_stack(stack: str, what: str) -> str:
    """`stacks/<stack>/<what>.json`."""
    return f"stacks/{stack}/{what}.json"


def _read(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _text(what: Mapping[str, Any]) -> str:
    return json.dumps(what, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
