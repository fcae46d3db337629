"""Signatures of blob storage, held by what azure-storage-blob itself signs."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from azure.core.pipeline import PipelineContext, PipelineRequest
from azure.core.pipeline.transport import HttpRequest
from azure.storage.blob import UserDelegationKey, generate_account_sas, generate_blob_sas, generate_container_sas
from azure.storage.blob._shared.authentication import SharedKeyCredentialPolicy

from localazure.emulator.storage import blob_sas, blob_shared_key
from localazure.emulator.storage.blob_errors import BlobError

pytestmark = pytest.mark.client

KEYS = (base64.b64encode(b"1" * 64).decode(), base64.b64encode(b"2" * 64).decode())
SECRET = base64.b64encode(b"3" * 64).decode()
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def verify(query: str, container: str = "con", blob: str = "a/b c", now: datetime = NOW) -> blob_sas.Grant:
    return blob_sas.verify("acc", KEYS, SECRET, container, blob, dict(parse_qsl(query)), now, "127.0.0.1")


def refusal(query: str, **asked: object) -> str:
    with pytest.raises(BlobError) as error:
        verify(query, **asked)  # type: ignore[arg-type]
    return error.value.code


@pytest.mark.parametrize(
    ("method", "url", "headers"),
    [
        ("GET", "https://acc.blob.core.x/con?restype=container&comp=list&prefix=a%2Fb%20c", {}),
        (
            "PUT",
            "https://acc.blob.core.x/con/a%20b%2B%C3%BC?comp=metadata",
            {"x-ms-meta-a_b": "1", "x-ms-meta-ab": "2"},
        ),
        (
            "PUT",
            "https://acc.blob.core.x/con/b",
            {"content-length": "5", "content-type": "text/plain", "if-match": '"1"'},
        ),
        ("PUT", "https://acc.blob.core.x/con/b", {"content-length": "0", "x-ms-blob-type": "AppendBlob"}),
    ],
)
def test_shared_key_is_what_the_client_signs(method: str, url: str, headers: dict[str, str]) -> None:
    """A request signed by azure-storage-blob with either key matches; with another key or another method it doesn't."""
    given = {"x-ms-version": "2026-10-06", "x-ms-date": "Thu, 01 Jan 2026 12:00:00 GMT", **headers}
    for key in KEYS:
        request = HttpRequest(method, url, headers=dict(given))
        policy: Any = SharedKeyCredentialPolicy("acc", key)  # type: ignore[no-untyped-call]
        policy.on_request(PipelineRequest(request, PipelineContext(None)))
        signed = request.headers["Authorization"]
        target = url.removeprefix("https://acc.blob.core.x")
        assert blob_shared_key.matches(signed, KEYS, "acc", method, target, given)
        assert not blob_shared_key.matches(signed, (SECRET,), "acc", method, target, given)
        assert not blob_shared_key.matches(signed, KEYS, "acc", "DELETE", target, given)


def test_a_service_signature_is_bound_to_its_resource() -> None:
    """A blob's SAS holds for that blob, a container's for all in it; neither for another container."""
    until = NOW + timedelta(hours=1)
    of_blob = generate_blob_sas("acc", "con", "a/b c", account_key=KEYS[0], permission="rw", expiry=until)
    of_container = generate_container_sas("acc", "con", account_key=KEYS[1], permission="rl", expiry=until)
    assert verify(of_blob) == blob_sas.Grant("rw", "service")
    assert verify(of_container, blob="other") == blob_sas.Grant("rl", "service")
    assert refusal(of_blob, blob="other") == "AuthenticationFailed"
    assert refusal(of_container, container="other") == "AuthenticationFailed"
    assert refusal(of_blob.replace("sp=rw", "sp=rwd")) == "AuthenticationFailed"


def test_a_signature_holds_between_its_start_and_its_end() -> None:
    """Before `st` and from `se` on it is refused."""
    signed = generate_blob_sas(
        "acc", "con", "a/b c", account_key=KEYS[0], permission="r", start=NOW, expiry=NOW + timedelta(hours=1)
    )
    assert verify(signed, now=NOW).letters == "r"
    assert refusal(signed, now=NOW - timedelta(seconds=1)) == "AuthenticationFailed"
    assert refusal(signed, now=NOW + timedelta(hours=1)) == "AuthenticationFailed"


def test_an_address_range_is_honoured() -> None:
    """`sip` lets the client's address in or not."""
    until = NOW + timedelta(hours=1)
    near = generate_blob_sas(
        "acc", "con", "a/b c", account_key=KEYS[0], permission="r", expiry=until, ip="127.0.0.1-127.0.0.9"
    )
    far = generate_blob_sas("acc", "con", "a/b c", account_key=KEYS[0], permission="r", expiry=until, ip="10.0.0.1")
    assert verify(near).letters == "r"
    assert refusal(far) == "AuthorizationSourceIPMismatch"


def test_an_account_signature_says_its_levels() -> None:
    """`srt` comes out as levels; a SAS for queues only is not for blobs."""
    until = NOW + timedelta(hours=1)
    signed = generate_account_sas("acc", KEYS[0], resource_types="co", permission="rwl", expiry=until)
    assert verify(signed) == blob_sas.Grant("rwl", "account", "co")
    queues = generate_account_sas("acc", KEYS[0], resource_types="o", permission="r", expiry=until, services="q")
    assert refusal(queues) == "AuthorizationServiceMismatch"


def test_a_delegated_signature_names_its_signer() -> None:
    """With a user delegation key of ours the grant carries the signer's object id; with a made-up key it is refused."""
    key = UserDelegationKey()  # type: ignore[no-untyped-call]
    key.signed_oid, key.signed_tid, key.signed_service, key.signed_version = "oid", "tid", "b", "2026-10-06"
    key.signed_start, key.signed_expiry = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    fields = {"skoid": "oid", "sktid": "tid", "skt": key.signed_start, "ske": key.signed_expiry}
    key.value = blob_sas.delegation_key(SECRET, {**fields, "sks": "b", "skv": "2026-10-06"})
    until = NOW + timedelta(hours=1)
    signed = generate_blob_sas("acc", "con", "a/b c", user_delegation_key=key, permission="r", expiry=until)
    assert verify(signed) == blob_sas.Grant("r", "service", "co", "oid", "tid")
    key.value = KEYS[0]
    forged = generate_blob_sas("acc", "con", "a/b c", user_delegation_key=key, permission="r", expiry=until)
    assert refusal(forged) == "AuthenticationFailed"


def test_our_own_signature_verifies() -> None:
    """What pending uploads hand out is accepted by the gate, for any blob in the container."""
    signed = blob_sas.container_sas("acc", KEYS[0], "con", "rcwl", NOW, 60)
    assert verify(signed, blob="anything") == blob_sas.Grant("rcwl", "service")
    assert refusal(signed, now=NOW + timedelta(minutes=61)) == "AuthenticationFailed"


@pytest.mark.parametrize(
    "query", ["sv=2015-04-05&sr=b&sig=x", "sv=2026-10-06&sr=b&si=policy&sig=x", "sv=2026-10-06&sr=d&sig=x"]
)
def test_what_is_not_built_says_so(query: str) -> None:
    """Old versions, stored access policies and directories are a 501, not a wrong answer."""
    assert refusal(query) == "NotImplemented"
