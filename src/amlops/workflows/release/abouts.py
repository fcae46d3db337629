"""About files that can be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amlops.config import About, ConfigError, Repository, load_about


def readable_abouts(repo: Repository, names: Iterable[str]) -> Iterator[tuple[str, About]]:
    """By deployment. Broken ones are left out: the checks of their pull requests told."""
    for name in names:
        try:
            yield name, load_about(repo, name)
        except ConfigError:
            continue
