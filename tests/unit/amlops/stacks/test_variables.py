"""The variables by which other tools reach an environment."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from amlops.config import Names, Repository, load_environment
from amlops.errors import AmlopsError
from amlops.local_azure import Running
from amlops.stacks import named_backend, state_variables, variables

ROOT = Path(__file__).parents[4]
LOCAL = load_environment(Repository(ROOT), "local")
DEV = load_environment(Repository(ROOT), "dev")


@pytest.fixture
def process(tmp_path: Path) -> dict[str, str]:
    pulumi = tmp_path / "tools" / "pulumi"
    pulumi.parent.mkdir()
    pulumi.touch(mode=0o755)
    return {"PATH": "/usr/bin:/bin", "AMLOPS_PULUMI": str(pulumi)}


def _running(home: Path) -> Running:
    return Running(
        home=home,
        pid=1,
        endpoint="https://127.0.0.1:4443",
        proxy="http://127.0.0.1:4444",
        ca=home / "ca.pem",
        tenant_id="t",
        subscription_id="s",
        client_id="c",
        client_secret="hush",
        metadata_url="https://127.0.0.1:4443/metadata/endpoints?api-version=2019-05-01",
        plugins=home / "plugins",
    )


def test_local_variables_keep_every_client_on_this_machine(tmp_path: Path, process: dict[str, str]) -> None:
    """Python's and Go's clients trust the CA and find the endpoint; other hosts go through the refusing proxy."""
    found = variables(Repository(tmp_path), LOCAL, _running(tmp_path), process)
    assert found["ARM_ENDPOINT"] == found["AZURE_AUTHORITY_HOST"] == "https://127.0.0.1:4443"
    assert found["ARM_METADATA_HOSTNAME"] == "127.0.0.1:4443"
    assert found["REQUESTS_CA_BUNDLE"] == found["SSL_CERT_FILE"] == str(tmp_path / "ca.pem")
    assert found["HTTPS_PROXY"] == "http://127.0.0.1:4444"
    assert found["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/.local/pulumi"


def test_path_opens_with_the_plugins_and_does_not_grow(tmp_path: Path, process: dict[str, str]) -> None:
    """Our provider comes first; printing the variables again in the same shell changes nothing."""
    first = variables(Repository(tmp_path), LOCAL, _running(tmp_path), process)
    assert first["PATH"].split(os.pathsep)[:2] == [str(tmp_path / "plugins"), str(tmp_path / "plugins" / "host")]
    again = variables(Repository(tmp_path), LOCAL, _running(tmp_path), {**process, **first})
    assert again == first


def test_pulumis_own_language_host_is_preferred(tmp_path: Path, process: dict[str, str]) -> None:
    """Ours is used only where Pulumi's is not installed."""
    (tmp_path / "tools" / "pulumi-language-python").touch(mode=0o755)
    found = variables(Repository(tmp_path), LOCAL, _running(tmp_path), process)
    assert str(tmp_path / "plugins" / "host") not in found["PATH"].split(os.pathsep)


def test_passphrase_is_random_kept_and_private(tmp_path: Path, process: dict[str, str]) -> None:
    """It is made once for each clone, and only its owner reads it."""
    repo = Repository(tmp_path)
    file = Path(state_variables(repo, LOCAL, process)["PULUMI_CONFIG_PASSPHRASE_FILE"])
    phrase = file.read_text()
    assert len(phrase) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Path(state_variables(repo, LOCAL, process)["PULUMI_CONFIG_PASSPHRASE_FILE"]).read_text() == phrase


def test_local_azure_that_does_not_run_is_named(tmp_path: Path, process: dict[str, str]) -> None:
    """The message says how to start it."""
    with pytest.raises(AmlopsError, match="start it with `amlops local start`") as caught:
        variables(Repository(tmp_path), LOCAL, None, process)
    assert caught.value.exit_code == 3


def test_environment_of_azure_holds_no_secret_and_no_place_of_state(tmp_path: Path) -> None:
    """Where the state lies follows from the environment's file; only a process that names another place is heard."""
    found = variables(Repository(tmp_path), DEV, None, {"PATH": ""})
    assert found["ARM_SUBSCRIPTION_ID"] == DEV.subscription_id
    assert not {"ARM_ENDPOINT", "PULUMI_BACKEND_URL"} & set(found)
    assert not any("SECRET" in name for name in found if "SECRETS_MANAGER" not in name)
    named = variables(Repository(tmp_path), DEV, None, {"PULUMI_BACKEND_URL": "azblob://elsewhere"})
    assert named["PULUMI_BACKEND_URL"] == "azblob://elsewhere"


def test_container_of_ours_that_a_shell_still_names_is_no_choice(tmp_path: Path) -> None:
    """After `eval "$(amlops env dev)"` a stack of a team still uses the team's container."""
    account = Names(DEV).state_storage
    assert named_backend(DEV, {"PULUMI_BACKEND_URL": f"azblob://dev-platform?storage_account={account}"}) is None
    assert named_backend(DEV, {"PULUMI_BACKEND_URL": "file:///x"}) == "file:///x"
    assert named_backend(LOCAL, {"PULUMI_BACKEND_URL": "file:///x"}) is None


def test_stand_in_brings_the_way_and_the_environment_its_ids(tmp_path: Path, process: dict[str, str]) -> None:
    """On a local Azure an environment of Azure keeps its tenant and subscription; only how it is reached differs."""
    found = variables(Repository(tmp_path), DEV, _running(tmp_path), process)
    cloud = DEV.settings.cloud
    assert cloud.kind == "azure"
    assert (found["ARM_TENANT_ID"], found["ARM_SUBSCRIPTION_ID"]) == (cloud.tenant, cloud.subscription.id)
    assert found["ARM_ENDPOINT"] == "https://127.0.0.1:4443"
    assert found["AZURE_CLIENT_SECRET"] == "hush"
    assert found["PATH"].startswith(str(tmp_path / "plugins"))
    assert "PULUMI_BACKEND_URL" not in found


def test_federated_token_goes_before_the_owners_secret(tmp_path: Path, process: dict[str, str]) -> None:
    """Whoever has a federated token acts as its identity; a secret that the shell still has is emptied."""
    given = {"AZURE_CLIENT_ID": "mine", "AZURE_FEDERATED_TOKEN_FILE": "/token", "AZURE_CLIENT_SECRET": "old"}
    for running in (None, _running(tmp_path)):
        found = variables(Repository(tmp_path), DEV, running, {**process, **given})
        assert (found["AZURE_CLIENT_ID"], found["ARM_CLIENT_ID"]) == ("mine", "mine")
        assert found["AZURE_FEDERATED_TOKEN_FILE"] == found["ARM_OIDC_TOKEN_FILE_PATH"] == "/token"
        assert found["ARM_USE_DEFAULT_AZURE_CREDENTIAL"] == "true"
        assert found["AZURE_CLIENT_SECRET"] == ""
    local = variables(Repository(tmp_path), LOCAL, _running(tmp_path), {**process, **given})
    assert (local["AZURE_CLIENT_SECRET"], local["AZURE_FEDERATED_TOKEN_FILE"]) == ("hush", "")


def test_shell_of_a_local_azure_never_reaches_for_azure(tmp_path: Path, process: dict[str, str]) -> None:
    """A shell that was prepared for a local Azure is refused for an environment that is in Azure."""
    with pytest.raises(AmlopsError, match=r"prepared for a local Azure.*AMLOPS_AZURE_HOME") as caught:
        variables(Repository(tmp_path), DEV, None, {**process, "ARM_ENDPOINT": "https://127.0.0.1:4443"})
    assert caught.value.exit_code == 2


def test_phrase_of_another_environment_does_not_reach_the_local_state(tmp_path: Path, process: dict[str, str]) -> None:
    """Pulumi prefers PULUMI_CONFIG_PASSPHRASE to the file, so a shell that has one gets the local one in its place."""
    found = variables(
        Repository(tmp_path), LOCAL, _running(tmp_path), {**process, "PULUMI_CONFIG_PASSPHRASE": "of dev"}
    )
    assert found["PULUMI_CONFIG_PASSPHRASE"] == Path(found["PULUMI_CONFIG_PASSPHRASE_FILE"]).read_text()


def test_missing_pulumi_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which command brings it."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(AmlopsError, match="the Pulumi CLI is missing; run `make setup`"):
        state_variables(Repository(tmp_path), LOCAL, {"PATH": str(tmp_path)})
