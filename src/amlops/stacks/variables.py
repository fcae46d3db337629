"""The variables that Azure's, Pulumi's and Go's clients read, so that any of them reaches an environment."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from amlops.config import Environment, Repository
from amlops.errors import AmlopsError
from amlops.local_azure import Running

from .pulumi_cli import find_pulumi


def variables(
    repo: Repository, environment: Environment, running: Running | None, process: Mapping[str, str]
) -> dict[str, str]:
    """What `amlops env` prints for an environment. `running` is the local Azure, for the environment that is on it.

    Raises AmlopsError where the state of an environment of Azure has no backend, or Pulumi is missing.
    """
    if not environment.is_local:
        return _azure(environment, process)
    if running is None:
        raise AmlopsError("the local Azure does not run; start it with `amlops local start`", exit_code=3)
    return {**_local_azure(running), **_local_pulumi(repo, running.plugins, process)}


def state_variables(repo: Repository, environment: Environment, process: Mapping[str, str]) -> dict[str, str]:
    """What is needed to look into the environment's state only; the local Azure need not run."""
    if not environment.is_local:
        return _azure(environment, process)
    return _local_pulumi(repo, repo.azure_home / "plugins", process)


def _azure(environment: Environment, process: Mapping[str, str]) -> dict[str, str]:
    backend = process.get("PULUMI_BACKEND_URL")
    if not backend:
        message = f"{environment.name} is in Azure: set PULUMI_BACKEND_URL to the container that holds its state"
        raise AmlopsError(message, exit_code=2)
    cloud = environment.settings.cloud
    assert cloud.kind == "azure"
    return {
        "AZURE_TENANT_ID": cloud.tenant,
        "ARM_TENANT_ID": cloud.tenant,
        "ARM_SUBSCRIPTION_ID": cloud.subscription.id,
        "PULUMI_BACKEND_URL": backend,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def _local_azure(running: Running) -> dict[str, str]:
    """Python's clients read REQUESTS_CA_BUNDLE, Go's SSL_CERT_FILE; storage hosts are reached by the proxy (ARM.md).

    REGISTRY_DISCOVERY_ENDPOINT_URL is where azure-ai-ml looks for ML registries.
    """
    host = running.endpoint.removeprefix("https://")
    return {
        "AZURE_TENANT_ID": running.tenant_id,
        "AZURE_CLIENT_ID": running.client_id,
        "AZURE_CLIENT_SECRET": running.client_secret,
        "AZURE_AUTHORITY_HOST": running.endpoint,
        "ARM_ENDPOINT": running.endpoint,
        "ARM_TENANT_ID": running.tenant_id,
        "ARM_SUBSCRIPTION_ID": running.subscription_id,
        "ARM_CLIENT_ID": running.client_id,
        "ARM_CLIENT_SECRET": running.client_secret,
        "ARM_METADATA_HOSTNAME": host,
        "ARM_CLOUD_METADATA_URL": running.metadata_url,
        "REGISTRY_DISCOVERY_ENDPOINT_URL": f"{running.endpoint}/",
        "REQUESTS_CA_BUNDLE": str(running.ca),
        "SSL_CERT_FILE": str(running.ca),
        "HTTPS_PROXY": running.proxy,
        "NO_PROXY": "127.0.0.1,localhost",
    }


def _local_pulumi(repo: Repository, plugins: Path, process: Mapping[str, str]) -> dict[str, str]:
    backend, home = repo.local / "pulumi", repo.local / "pulumi-home"
    for folder in (backend, home):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        "PULUMI_BACKEND_URL": f"file://{backend}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(_passphrase(home / "passphrase")),
        "PULUMI_HOME": str(home),
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PATH": _path(plugins, process),
    }


def _path(plugins: Path, process: Mapping[str, str]) -> str:
    """The provider's wrapper first, ours of the language host only where Pulumi's own is not installed."""
    before = process.get("PATH", os.defpath).split(os.pathsep)
    pulumi = find_pulumi(process)
    own_host = plugins / "host"
    search = os.pathsep.join([str(pulumi.parent), *(part for part in before if part != str(own_host))])
    hosts = [] if shutil.which("pulumi-language-python", path=search) else [str(own_host)]
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
