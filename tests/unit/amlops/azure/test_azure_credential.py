"""Who asks: the credential by what the variables name."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.identity import ClientAssertionCredential, ClientSecretCredential, DefaultAzureCredential

from amlops.azure import poll_seconds
from amlops.azure.credential import assertion, make_credential
from amlops.errors import AmlopsError

TENANT = {"AZURE_TENANT_ID": "7c1f4a7e-3f0b-4c57-9a52-2f6f0f0c8d10", "AZURE_CLIENT_ID": "client"}
LOCAL = {**TENANT, "AZURE_AUTHORITY_HOST": "https://127.0.0.1:1", "AZURE_CLIENT_SECRET": "hush"}


def test_file_with_a_federated_token_goes_first(tmp_path: Path) -> None:
    """Also where a client secret is there, and also on a local Azure."""
    named = {"AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "token")}
    assert isinstance(make_credential({**LOCAL, **named}, {}, local=True), ClientAssertionCredential)
    assert isinstance(make_credential({**TENANT, **named}, {}, local=False), ClientAssertionCredential)


def test_without_one_the_local_azure_takes_its_secret_and_azure_what_is_found() -> None:
    """An emptied variable counts as none."""
    emptied = {"AZURE_FEDERATED_TOKEN_FILE": ""}
    assert isinstance(make_credential({**LOCAL, **emptied}, {}, local=True), ClientSecretCredential)
    assert isinstance(make_credential(TENANT, {}, local=False), DefaultAzureCredential)


def test_token_is_read_anew_each_time(tmp_path: Path) -> None:
    """GitHub's tokens live for minutes; the file is rewritten while work goes on."""
    file = tmp_path / "token"
    file.write_text("first\n")
    assert assertion(file) == "first"
    file.write_text("second\n")
    assert assertion(file) == "second"


@pytest.mark.parametrize("text", [None, " \n"])
def test_token_that_is_not_there_names_the_variable(tmp_path: Path, text: str | None) -> None:
    """The message says which file, and by which variable it was named."""
    file = tmp_path / "token"
    if text is not None:
        file.write_text(text)
    with pytest.raises(AmlopsError, match=r"token: .*AZURE_FEDERATED_TOKEN_FILE must name its file") as caught:
        assertion(file)
    assert caught.value.exit_code == 3


def test_whoever_waits_looks_again_every_15_seconds() -> None:
    """Unless the variable says otherwise; what is no number of seconds is refused."""
    assert poll_seconds({}) == 15.0
    assert poll_seconds({"AMLOPS_POLL_SECONDS": "0.2"}) == 0.2
    for wrong in ("0", "-1", "often"):
        with pytest.raises(AmlopsError, match="no number of seconds above 0"):
            poll_seconds({"AMLOPS_POLL_SECONDS": wrong})
