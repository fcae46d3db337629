"""Reads permissions.yaml; every problem of the file is reported at once."""

from __future__ import annotations

from collections.abc import Iterator

from .about_rules import RESERVED_DEPLOYMENTS
from .checked import checked
from .document import Document, read_document
from .loader import load_environment
from .permissions import Permission, PermissionsFile
from .problems import Problem
from .repository import Repository

PERMISSIONS_SCHEMA = "schemas/permissions.json"


def load_permissions(repo: Repository) -> dict[str, Permission]:
    """Every permission by its name, expired ones too; none where there is no file. Raises ConfigError."""
    if not repo.permissions_file.is_file():
        return {}
    document = read_document(repo.permissions_file, root=repo.root)

    def rules(file: PermissionsFile) -> Iterator[Problem]:
        for name, said in file.permissions.items():
            yield from _problems(document, name, said, repo)

    return dict(checked(document, PERMISSIONS_SCHEMA, PermissionsFile, rules).permissions)


def _problems(document: Document, name: str, said: Permission, repo: Repository) -> Iterator[Problem]:
    environment, _, part = said.stack.partition(".")
    known = repo.environment_names()
    if environment not in known:
        message = f'"{said.stack}" is no stack; its first word is one of {", ".join(known)}; correct it'
        yield document.problem(("permissions", name, "stack"), message, "permission-stack")
        return
    if part and part not in {*repo.deployment_names(), *RESERVED_DEPLOYMENTS}:
        deployments = ", ".join(repo.deployment_names()) or "none yet"
        message = f'"{said.stack}" is no stack; available deployments are {deployments}; correct or remove it'
        yield document.problem(("permissions", name, "stack"), message, "permission-stack")
    settings = load_environment(repo, environment).settings
    teams = sorted({settings.owner, *(settings.platform.teams if settings.platform else ())})
    if said.owner not in teams:
        message = f'"{said.owner}" is invalid as owner; available teams of {environment} are {", ".join(teams)}'
        yield document.problem(("permissions", name, "owner"), f"{message}; name one", "permission-owner")
