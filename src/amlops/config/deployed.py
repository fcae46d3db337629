"""Which deployments concern an environment: whose they are, and whether any is released there."""

from __future__ import annotations

from .environment import Environment
from .loader import load_abouts
from .repository import LOCAL, Repository


def deployments_of(repo: Repository, environment: Environment) -> tuple[dict[str, tuple[str, ...]], bool]:
    """The deployments that may run in the environment, by team; and whether it is the first one but `local` of any, so
    that their releases are made there. Raises ConfigError with the problems of all."""
    teams: dict[str, tuple[str, ...]] = {}
    released = False
    for name, about in load_abouts(repo).items():
        if environment.name in about.environments:
            teams[about.team] = (*teams.get(about.team, ()), name)
        released = released or [one for one in about.environments if one != LOCAL][:1] == [environment.name]
    return teams, released
