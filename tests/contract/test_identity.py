"""Tokens: federation, managed identities, audience, expiry; and that secrets are nobody else's."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import jwt
import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.core.rest import HttpRequest
from azure.identity import ClientAssertionCredential
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.resource.resources import ResourceManagementClient
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.cloud import LocalCloud
from tests.support.storage import make_account

from .rehearsal import as_it_was, rehearsal, send, unique
from .test_arm_clients import READER, assign, code

__all__ = ["as_it_was", "rehearsal"]

ISSUER, SUBJECT, AUDIENCE = "https://token.actions.test", "repo:o/r:environment:dev", "api://AzureADTokenExchange"


class Actions:
    """A token issuer as GitHub's, with its own key."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(65537, 2048)

    def public(self) -> str:
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()

    def token(self, **changes: Any) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "iat": now, "exp": now + 300, **changes}
        return jwt.encode({k: v for k, v in claims.items() if v is not None}, self._key, algorithm="RS256")


@pytest.fixture(scope="module")
def actions(rehearsal: LocalCloud) -> Actions:
    """An issuer that the local Azure knows, trusted by the identity `pipeline`."""
    found = Actions()
    rehearsal.control("POST", "issuers", {"issuer": ISSUER, "publicKey": found.public()})
    with rehearsal.client(ManagedServiceIdentityClient) as client:
        client.user_assigned_identities.create_or_update("rg", "pipeline", {"location": rehearsal.location})
        body = {"properties": {"issuer": ISSUER, "subject": SUBJECT, "audiences": [AUDIENCE]}}
        client.federated_identity_credentials.create_or_update("rg", "pipeline", "github", body)
    return found


def federated(cloud: LocalCloud, assertion: str) -> ClientAssertionCredential:
    with cloud.client(ManagedServiceIdentityClient) as client:
        identity = client.user_assigned_identities.get("rg", "pipeline")
    return ClientAssertionCredential(
        cloud.tenant_id,
        str(identity.client_id),
        lambda: assertion,
        authority=cloud.endpoint,
        disable_instance_discovery=True,
        connection_verify=cloud.ca,
    )


@pytest.mark.client
def test_a_pipeline_gets_a_token_for_its_identity(rehearsal: LocalCloud, actions: Actions) -> None:
    """azure-identity trades an assertion for a token; what it may do are the identity's roles."""
    with rehearsal.client(ManagedServiceIdentityClient) as client:
        principal = str(client.user_assigned_identities.get("rg", "pipeline").principal_id)
    group = f"{rehearsal.subscription}/resourceGroups/rg"
    assign(rehearsal, group, READER, principal)
    options: dict[str, Any] = {"base_url": rehearsal.endpoint, "connection_verify": rehearsal.ca, "retry_total": 0}
    with federated(rehearsal, actions.token()) as credential:
        claims = jwt.decode(
            credential.get_token("https://management.azure.com/.default").token, options={"verify_signature": False}
        )
        assert (claims["oid"], claims["tid"]) == (principal, rehearsal.tenant_id)
        with ResourceManagementClient(credential, rehearsal.subscription_id, **options) as client:
            assert client.resource_groups.get("rg").name == "rg"
            with pytest.raises(HttpResponseError) as raised:
                client.resource_groups.create_or_update("rg", {"location": rehearsal.location})
    assert code(raised.value) == (403, "AuthorizationFailed")


@pytest.mark.emulator_only
@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"sub": "repo:o/r:pull_request"}, "AADSTS70021"),
        ({"aud": "api://other"}, "AADSTS70021"),
        ({"iss": "https://elsewhere.test"}, "AADSTS700211"),
        ({"exp": int(time.time()) - 60}, "AADSTS700027"),
        ({"exp": None}, "AADSTS700027"),
    ],
    ids=["another subject", "another audience", "an unknown issuer", "expired", "without an end"],
)
def test_another_assertion_gets_nothing(
    rehearsal: LocalCloud, actions: Actions, changes: dict[str, Any], answer: str
) -> None:
    """Issuer, subject, audience and lifetime must all be right."""
    with (
        federated(rehearsal, actions.token(**changes)) as credential,
        pytest.raises(ClientAuthenticationError, match=answer),
    ):
        credential.get_token("https://management.azure.com/.default")


@pytest.mark.emulator_only
def test_an_assertion_signed_by_somebody_else(rehearsal: LocalCloud, actions: Actions) -> None:
    """A token with the right claims and another key gets nothing."""
    with (
        federated(rehearsal, Actions().token()) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS700027"),
    ):
        credential.get_token("https://management.azure.com/.default")


@pytest.mark.spec_example
def test_a_token_expires_on_the_emulators_clock(rehearsal: LocalCloud) -> None:
    """An hour later the same token is answered 401, with a challenge that names the authority."""
    with rehearsal.credential() as credential:
        token = credential.get_token("https://management.azure.com/.default").token
    path = "/resourceGroups?api-version=2025-04-01"
    with rehearsal.client(ResourceManagementClient) as client:

        def ask() -> Any:
            url = f"{rehearsal.endpoint}{rehearsal.subscription}{path}"
            request = HttpRequest("GET", url, headers={"Authorization": f"Bearer {token}"})
            return client._client._pipeline._transport.send(request)

        assert ask().status_code == 200
        rehearsal.advance(3700)
        answer = ask()
    assert answer.status_code == 401
    authority = f"{rehearsal.endpoint}/{rehearsal.tenant_id}"
    assert f'authorization_uri="{authority}"' in answer.headers["WWW-Authenticate"]
    assert b"ExpiredAuthenticationToken" in answer.read()


@pytest.mark.emulator_only
def test_a_key_goes_by_the_clients_own_clock(rehearsal: LocalCloud) -> None:
    """A client with an account key signs with its machine's time, and is let in however far the clock was moved."""
    account = make_account(rehearsal, "rg")
    rehearsal.advance(3700)
    with account.service(account.key) as service:
        service.create_container("con")
        assert [found.name for found in service.list_containers()] == ["con"]


@pytest.mark.client
def test_a_resource_has_the_identity_it_asks_for(rehearsal: LocalCloud) -> None:
    """SystemAssigned keeps its principal over updates; a user-assigned identity must exist and shows its own."""
    path = f"/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/{unique('acr')}?api-version=2025-11-01"
    body = {"location": rehearsal.location, "sku": {"name": "Basic"}, "identity": {"type": "SystemAssigned"}}
    first = send(rehearsal, "PUT", path, body).json()["identity"]
    assert first["tenantId"] == rehearsal.tenant_id
    assert send(rehearsal, "PUT", path, body).json()["identity"] == first
    with rehearsal.client(ManagedServiceIdentityClient) as client:
        mine = client.user_assigned_identities.create_or_update("rg", unique("id-"), {"location": rehearsal.location})
    assert "/resourcegroups/" in mine.id
    named = {
        "type": "UserAssigned",
        "userAssignedIdentities": {mine.id.replace("resourcegroups", "resourceGroups"): {}},
    }
    found = send(rehearsal, "PUT", path, {**body, "identity": named}).json()["identity"]["userAssignedIdentities"]
    assert next(iter(found.values())) == {"principalId": mine.principal_id, "clientId": mine.client_id}
    missing = {"type": "UserAssigned", "userAssignedIdentities": {f"{mine.id}-not": {}}}
    answer = send(rehearsal, "PUT", path, {**body, "identity": missing})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "FailedIdentityOperation")


@pytest.mark.emulator_only
def test_the_control_secret_is_asked_for(rehearsal: LocalCloud) -> None:
    """The control API takes no token of Azure's, only the secret in the home, which only its owner can read."""
    answer = send(rehearsal, "GET", f"{rehearsal.endpoint}/localazure/status")
    assert answer.status_code == 403
    for name in ("cloud.json", "state.db", "server.key"):
        assert (rehearsal.home / name).stat().st_mode & 0o077 == 0, name


@pytest.mark.client
def test_a_token_lives_as_long_as_a_rehearsal_wants(rehearsal: LocalCloud) -> None:
    """With `tokenSeconds` a fresh token says so, and ends by the emulator's clock; a new one is had for the asking."""
    rehearsal.control("PUT", "identity", {"tokenSeconds": 120})
    try:
        with rehearsal.credential() as credential:
            token = credential.get_token("https://management.azure.com/.default")
        claims = jwt.decode(token.token, options={"verify_signature": False})
        assert claims["exp"] - claims["iat"] == 120
        url = f"{rehearsal.endpoint}{rehearsal.subscription}/resourceGroups?api-version=2025-04-01"

        def status() -> int:
            headers = {"Authorization": f"Bearer {token.token}"}
            return requests.get(url, headers=headers, verify=rehearsal.ca, timeout=30).status_code

        assert status() == 200
        rehearsal.advance(121)
        assert status() == 401
        assert send(rehearsal, "GET", "/resourceGroups?api-version=2025-04-01").status_code == 200
    finally:
        rehearsal.control("PUT", "identity", {"tokenSeconds": 3600})


@pytest.mark.emulator_only
def test_an_assertion_goes_by_the_emulators_clock(rehearsal: LocalCloud, actions: Actions) -> None:
    """An issuer whose clock was moved along is believed; what it made before has expired."""
    before = actions.token()
    rehearsal.advance(7200)
    moved = datetime.fromisoformat(rehearsal.control("GET", "clock")["now"]).timestamp()
    after = actions.token(iat=int(moved), nbf=int(moved), exp=int(moved) + 300)
    with federated(rehearsal, after) as credential:
        assert credential.get_token("https://management.azure.com/.default").token
    future = actions.token(iat=int(moved) + 3600, nbf=int(moved) + 3600, exp=int(moved) + 7200)
    for wrong in (before, future):
        with federated(rehearsal, wrong) as credential, pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
            credential.get_token("https://management.azure.com/.default")
