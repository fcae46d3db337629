"""The variables that Azure's, Pulumi's and Go's clients read, so that any of them reaches an environment.

"On a local Azure" and "the environment `local`" are two things: an environment of kind azure may be stood in for by a
local Azure that has its tenant and subscription, and then only the way there differs, never what it is.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from amlops.config import Environment, Names, Repository
from amlops.errors import AmlopsError
from amlops.local_azure import Running

from .pulumi_cli import find_pulumi, has_host

BACKEND = "PULUMI_BACKEND_URL"
PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105  a variable's name
PASSPHRASE_FILE = "PULUMI_CONFIG_PASSPHRASE_FILE"  # noqa: S105


def variables(
    repo: Repository, environment: Environment, running: Running | None, process: Mapping[str, str]
) -> dict[str, str]:
    """How to reach an environment and Pulumi, without what its own state container needs (see `StateContainer`).

    `running` is the local Azure that it is on; without one an environment of kind azure is Azure's. The backend is
    among them for the environment `local`, and where the process names one. Raises AmlopsError where Pulumi is
    missing, or the process was prepared for a local Azure that is not meant.
    """
    if running is None:
        if environment.is_local:
            raise AmlopsError("the local Azure does not run; start it with `amlops local start`", exit_code=3)
        return {**_azure(environment, process), **_state_in_process(repo, environment, process)}
    return {
        **_local_azure(environment, running, process),
        **_local_pulumi(repo, running.plugins, process),
        **_state_in_process(repo, environment, process),
    }


def state_variables(repo: Repository, environment: Environment, process: Mapping[str, str]) -> dict[str, str]:
    """What is needed to look into the environment's state only; the local Azure need not run."""
    if not environment.is_local:
        return variables(repo, environment, None, process)
    return {
        **_local_pulumi(repo, repo.azure_home / "plugins", process),
        **_state_in_process(repo, environment, process),
    }


def named_backend(environment: Environment, process: Mapping[str, str]) -> str | None:
    """The backend that the process names, None where the environment's own counts.

    A container of ours is no choice: `amlops env` printed it for one realm, and each stack has its own.
    """
    named = process.get(BACKEND)
    if environment.is_local or not named or named.endswith(f"?storage_account={Names(environment).state_storage}"):
        return None
    return named


def _state_in_process(repo: Repository, environment: Environment, process: Mapping[str, str]) -> dict[str, str]:
    """The file backend of the environment `local`, or the backend that the process names, with their passphrase."""
    named = named_backend(environment, process)
    if not environment.is_local and named is None:
        return {}
    backend, home = repo.local / "pulumi", repo.local / "pulumi-home"
    if named is None:
        backend.mkdir(parents=True, exist_ok=True)
        named = f"file://{backend}"
    elif PASSPHRASE in process or PASSPHRASE_FILE in process or not named.startswith("file://"):
        return {BACKEND: named}
    home.mkdir(parents=True, exist_ok=True)
    file = _passphrase(home / "passphrase")
    # Pulumi prefers the phrase itself, which a shell may have from another environment
    over = {PASSPHRASE: file.read_text(encoding="utf-8")} if PASSPHRASE in process else {}
    return {BACKEND: named, PASSPHRASE_FILE: str(file), **over}


def _azure(environment: Environment, process: Mapping[str, str]) -> dict[str, str]:
    if process.get("ARM_ENDPOINT"):
        message = f"this shell was prepared for a local Azure (ARM_ENDPOINT), and {environment.name} is in Azure"
        raise AmlopsError(f"{message}; use another shell, or name its stand-in by AMLOPS_AZURE_HOME", exit_code=2)
    cloud = environment.settings.cloud
    assert cloud.kind == "azure"
    return {
        "AZURE_TENANT_ID": cloud.tenant,
        "ARM_TENANT_ID": cloud.tenant,
        "ARM_SUBSCRIPTION_ID": cloud.subscription.id,
        **_federated(process),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
    }


def _federated(process: Mapping[str, str]) -> dict[str, str]:
    """For a federated token's file, where the process names one: it is read anew whenever a token runs out.

    Pulumi's provider does that only by azure-identity's default chain; its own ARM_USE_OIDC reads the file once.
    """
    client, file = process.get("AZURE_CLIENT_ID"), process.get("AZURE_FEDERATED_TOKEN_FILE")
    if not client or not file:
        return {}
    given = {
        "AZURE_CLIENT_ID": client,
        "AZURE_FEDERATED_TOKEN_FILE": file,
        "ARM_CLIENT_ID": client,
        "ARM_USE_DEFAULT_AZURE_CREDENTIAL": "true",
        "ARM_USE_OIDC": "true",
        "ARM_OIDC_TOKEN_FILE_PATH": file,
    }
    # a secret that a shell still has would win
    return {**given, **{name: "" for name in ("AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET") if process.get(name)}}


def _secret(running: Running, process: Mapping[str, str]) -> dict[str, str]:
    """The local Azure's owner."""
    given = {
        "AZURE_CLIENT_ID": running.client_id,
        "AZURE_CLIENT_SECRET": running.client_secret,
        "ARM_CLIENT_ID": running.client_id,
        "ARM_CLIENT_SECRET": running.client_secret,
    }
    others = ("AZURE_FEDERATED_TOKEN_FILE", "ARM_USE_DEFAULT_AZURE_CREDENTIAL", "ARM_USE_OIDC")
    return {**given, **{name: "" for name in others if process.get(name)}}


def _local_azure(environment: Environment, running: Running, process: Mapping[str, str]) -> dict[str, str]:
    """Python's clients read REQUESTS_CA_BUNDLE, Go's SSL_CERT_FILE; storage hosts are reached by the proxy.

    REGISTRY_DISCOVERY_ENDPOINT_URL is where azure-ai-ml looks for ML registries. The environment `local` is whatever
    the local Azure is, and its owner's; any other brings its own tenant and subscription, and maybe a federated token.
    """
    cloud = environment.settings.cloud
    if cloud.kind == "azure":
        tenant, subscription = cloud.tenant, cloud.subscription.id
        credential = _federated(process) or _secret(running, process)
    else:
        tenant, subscription = running.tenant_id, running.subscription_id
        credential = _secret(running, process)
    host = running.endpoint.removeprefix("https://")
    return {
        "AZURE_TENANT_ID": tenant,
        **credential,
        "AZURE_AUTHORITY_HOST": running.endpoint,
        "ARM_ENDPOINT": running.endpoint,
        "ARM_TENANT_ID": tenant,
        "ARM_SUBSCRIPTION_ID": subscription,
        "ARM_METADATA_HOSTNAME": host,
        "ARM_CLOUD_METADATA_URL": running.metadata_url,
        "REGISTRY_DISCOVERY_ENDPOINT_URL": f"{running.endpoint}/",
        "REQUESTS_CA_BUNDLE": str(running.ca),
        "SSL_CERT_FILE": str(running.ca),
        "HTTPS_PROXY": running.proxy,
        "NO_PROXY": "127.0.0.1,localhost",
    }


def _local_pulumi(repo: Repository, plugins: Path, process: Mapping[str, str]) -> dict[str, str]:
    """The CLI with the adapter in the provider's place. A fresh clone has no salt and takes that of the state."""
    home = repo.local / "pulumi-home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PULUMI_HOME": str(home),
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
        "PATH": _path(plugins, process),
    }


def _path(plugins: Path, process: Mapping[str, str]) -> str:
    """The provider's wrapper first, ours of the language host only where Pulumi's own is not installed."""
    before = process.get("PATH", os.defpath).split(os.pathsep)
    pulumi = find_pulumi(process)
    own_host = plugins / "host"
    others = os.pathsep.join(part for part in before if part != str(own_host))
    hosts = [] if has_host(pulumi, others) else [str(own_host)]
    ours = list(dict.fromkeys([str(plugins), *hosts, str(pulumi.parent), str(Path(sys.executable).parent)]))
    return os.pathsep.join([*ours, *(part for part in before if part not in ours)])


def _passphrase(file: Path) -> Path:
    """The file with the random phrase that encrypts secrets in the local state; made once, whole, for its owner."""
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        try:
            os.link(draft, file)
        except FileExistsError:
            return file
        finally:
            draft.unlink()
    return file
