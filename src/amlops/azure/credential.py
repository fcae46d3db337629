"""Who asks: a federated token in a file, the local Azure's service principal, or whatever azure-identity finds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amlops.errors import AmlopsError

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105  a variable's name


def make_credential(variables: Mapping[str, str], transport: Mapping[str, Any], *, local: bool) -> TokenCredential:
    """`transport` are the clients' keyword arguments for CA and proxy; `local` says that the cloud is a local Azure.

    A file with a federated token goes first, then (`local`) the client secret, then azure-identity's own chain. The
    authority of a local Azure is no Microsoft's, so that nobody vouches for it: instance discovery is off.
    """
    options: dict[str, Any] = dict(transport)
    if local:
        options |= {"authority": variables["AZURE_AUTHORITY_HOST"], "disable_instance_discovery": True}
    file, client = variables.get(TOKEN_FILE), variables.get("AZURE_CLIENT_ID")
    if file and client:
        from azure.identity import ClientAssertionCredential

        # azure-identity's WorkloadIdentityCredential keeps what it read for ten minutes, and GitHub's tokens live five
        return ClientAssertionCredential(variables["AZURE_TENANT_ID"], client, lambda: assertion(Path(file)), **options)
    if local:
        from azure.identity import ClientSecretCredential

        return ClientSecretCredential(
            variables["AZURE_TENANT_ID"], variables["AZURE_CLIENT_ID"], variables["AZURE_CLIENT_SECRET"], **options
        )
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()


def assertion(file: Path) -> str:
    """The token as the file has it now. Raises AmlopsError (exit code 3) where it isn't there or empty."""
    try:
        text = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise AmlopsError(
            f"{file}: the federated token can't be read ({error.strerror}); {TOKEN_FILE} must name its file",
            exit_code=3,
        ) from None
    if not text:
        raise AmlopsError(f"{file}: the federated token is empty; {TOKEN_FILE} must name its file", exit_code=3)
    return text
