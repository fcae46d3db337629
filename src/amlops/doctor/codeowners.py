"""CODEOWNERS, made from who owns environments and deployments. The last rule that matches a path counts.

The organisation's name stands nowhere else in git; it is read from the file itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from amlops.config import Repository, load_about, load_environment

HEAD = """\
# Who reviews what. Made by `amlops doctor codeowners --write` from `owner` of the environments and `team` of the
# deployments; a check holds it to them. The last rule that matches a path counts.
"""
_TEAM = re.compile(r"@([A-Za-z0-9-]+)/[a-z0-9-]+")


def codeowners(repo: Repository, organisation: str) -> str:
    """What the file should hold. Raises ConfigError."""
    rules = [*_rules(repo, organisation)]
    width = max(len(path) for path, _ in rules)
    return HEAD + "\n" + "".join(f"{path.ljust(width)} {team}\n" for path, team in rules)


def organisation_in(repo: Repository) -> str | None:
    """The organisation whose teams the file names now, None without a file."""
    file = repo.root / "CODEOWNERS"
    found = _TEAM.search(file.read_text(encoding="utf-8")) if file.is_file() else None
    return found[1] if found else None


def _rules(repo: Repository, organisation: str) -> Iterator[tuple[str, str]]:
    """What belongs to nobody else belongs to the owner of what all share."""
    names = repo.environment_names()
    environments = {name: load_environment(repo, name) for name in names}
    shared = next((one for one in environments.values() if one.settings.platform is None), None)
    owner = (shared or next(iter(environments.values()))).settings.owner
    yield "*", f"@{organisation}/{owner}"
    for name, environment in environments.items():
        yield f"/environments/{name}.yaml", f"@{organisation}/{environment.settings.owner}"
    for name in repo.deployment_names():
        yield f"/deployments/{name}/", f"@{organisation}/{load_about(repo, name).team}"
