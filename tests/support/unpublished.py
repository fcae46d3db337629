"""Releases that nothing published: rendered from a clone's manifests, with ids that only a rehearsal stands in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from amlops.config import Names, Repository, load_environment
from amlops.releases import Asset, Provenance, Release
from amlops.releases.identity import release_id
from amlops.releases.make import compile_deployment, deployment_manifests
from amlops.releases.render import references, render

COLLECTIONS = {"code": "codes", "model": "models", "environment": "environments"}
VERSION, OTHER = "0123456789abcdef", "fedcba9876543210"


def unpublished(repo: Repository, deployment: str, commit: str, environment: str = "dev") -> Release:
    """A release of the manifests as they are. It says that it came from `commit`."""
    endpoint, compiled = compile_deployment(repo, deployment_manifests(repo, deployment))
    where = f"azureml://registries/{Names(load_environment(repo, environment)).registry}"
    assets = [
        Asset(kind, f"{where}/{COLLECTIONS[kind]}/{deployment}/versions/{VERSION}", f"sha256:{'0' * 64}", "x")
        for kind in references(compiled)
    ]
    made = Provenance(commit, False, None, compiled.compiler, {})
    return render(deployment, endpoint, compiled, assets, made, "2026-11-24T00:00:00Z")


def with_variables(first: Release, variables: Mapping[str, str], code_from: str | None = None) -> Release:
    """The release with other environment variables; with `code_from` (a commit) also with code that came from there."""
    text, assets, made = json.dumps(first.deployment_body), first.assets, first.provenance
    code = first.asset("code")
    if code_from is not None and code is not None:
        other = replace(code, id=code.id.replace(VERSION, OTHER), digest=f"sha256:{'1' * 64}")
        text, made = text.replace(code.id, other.id), replace(made, commit=code_from)
        assets = tuple(other if asset is code else asset for asset in assets)
    body = json.loads(text)
    body["properties"]["environmentVariables"] = dict(variables)
    id = release_id(first.deployment, first.endpoint, body, assets)
    return replace(first, id=id, deployment_body=body, assets=assets, provenance=made)


def renamed(first: Release, deployment: str) -> Release:
    """The same release as one of another deployment."""
    id = release_id(deployment, first.endpoint, first.deployment_body, first.assets)
    return replace(first, id=id, deployment=deployment)
