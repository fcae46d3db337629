"""The ARM client against a fake ARM: tokens, retries, operations, refusals."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from tests.unit.localazure.pulumi.fake_arm import FakeArm, Reply, fake_arm, resource_id

from localazure.pulumi.arm.client import ArmClient
from localazure.pulumi.arm.credential import Credential
from localazure.pulumi.arm.loopback import require_loopback
from localazure.pulumi.arm.settings import read_settings
from localazure.pulumi.arm.transport import Answer, Deadline, Transport, retry_after
from localazure.pulumi.errors import ArmError, CancelledError, SettingsError, UnreachableError

VERSION = "2025-12-01"
GROUP = resource_id("g")
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/w"
SOON = {"Retry-After": "0"}


@pytest.fixture
def arm(tmp_path: Path) -> Iterator[FakeArm]:
    with fake_arm(tmp_path) as served:
        yield served


@pytest.fixture
def connect(arm: FakeArm) -> Callable[..., ArmClient]:
    def make(cancelled: threading.Event | None = None) -> ArmClient:
        settings = read_settings({}, arm.environment())
        transport = Transport.trusting(settings.ca_file, cancelled or threading.Event())
        return ArmClient(settings, transport, Credential(settings, transport))

    return make


def deadline() -> Deadline:
    return Deadline.after(30)


def write(client: ArmClient, path: str, body: dict[str, object]) -> None:
    answer = client.begin_write("PUT", path, VERSION, body, deadline())
    client.finish_write(answer, path, VERSION, deadline())


@pytest.mark.parametrize(
    "url",
    ["https://management.azure.com", "http://127.0.0.1:1", "https://127.0.0.1.example.com", "https://10.0.0.1", ""],
)
def test_every_endpoint_but_loopback_is_refused(url: str) -> None:
    """The adapter must never be taken for Pulumi's plugin in earnest."""
    with pytest.raises(SettingsError, match="loopback"):
        require_loopback(url, "it")


@pytest.mark.parametrize("url", ["https://127.0.0.1:8443/", "https://localhost", "https://[::1]:1"])
def test_loopback_is_accepted(url: str) -> None:
    """All names of this machine."""
    assert require_loopback(url, "it") == url.rstrip("/")


def test_missing_settings_are_named_all_at_once() -> None:
    """With Pulumi's name and the environment variable for each."""
    with pytest.raises(SettingsError) as told:
        read_settings({"azure-native:config:tenantId": "t"}, {})
    for name in ("ARM_ENDPOINT", "ARM_SUBSCRIPTION_ID", "azure-native:clientId", "ARM_CLIENT_SECRET"):
        assert name in str(told.value)
    assert "ARM_TENANT_ID" not in str(told.value)


def test_config_wins_over_the_environment_and_the_secret_is_not_shown(arm: FakeArm) -> None:
    """As in the vendor's plugin; a settings object can be logged."""
    settings = read_settings({"azure-native:config:location": "here"}, {**arm.environment(), "ARM_LOCATION_NAME": "x"})
    assert settings.location == "here"
    assert "hush" not in repr(settings)


def test_metadata_host_gives_the_endpoint(arm: FakeArm) -> None:
    """`metadataHost` alone is enough, as for the vendor's plugin."""
    environment = {k: v for k, v in arm.environment().items() if k != "ARM_ENDPOINT"}
    host = arm.endpoint.removeprefix("https://")
    assert read_settings({"azure-native:config:metadataHost": host}, environment).endpoint == arm.endpoint


def test_login_elsewhere_is_refused(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """The secret goes to loopback only, whatever the metadata say."""
    elsewhere = {"authentication": {"loginEndpoint": "https://login.example.com", "audiences": ["a"]}}
    arm.script["GET", "/metadata/endpoints"] = [Reply(body=elsewhere)]
    with pytest.raises(SettingsError, match="loopback"):
        connect().read(GROUP, VERSION, deadline())


def test_polling_elsewhere_is_refused(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """A token never leaves the machine by a header of an answer."""
    arm.script["PUT", "/w"] = [Reply(202, {}, {"Location": "https://example.com/operation"})]
    with pytest.raises(SettingsError, match="loopback"):
        write(connect(), WORKSPACE, {})


def test_refused_credential_says_who(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """The client's id and the authority's reason."""
    refusal = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret"}
    arm.script["POST", "/oauth2/v2.0/token"] = [Reply(401, refusal)]
    with pytest.raises(ArmError, match=r"invalid_client.*got no token: AADSTS7000215"):
        connect().read(GROUP, VERSION, deadline())


def test_expired_token_is_renewed_once(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """One 401 asks for a new token; the request then succeeds."""
    client = connect()
    arm.script["GET", "/g"] = [Reply(401, {"error": {"code": "ExpiredAuthenticationToken", "message": "m"}})]
    assert client.read(GROUP, VERSION, deadline()) is None
    assert sum(path.endswith("/token") for _, path, _, _ in arm.requests) == 2


def _federated(arm: FakeArm, file: Path, **more: str) -> dict[str, str]:
    secretless = {name: value for name, value in arm.environment().items() if name != "ARM_CLIENT_SECRET"}
    return {**secretless, "AZURE_FEDERATED_TOKEN_FILE": str(file), **more}


@pytest.mark.parametrize(
    "more",
    [{"ARM_USE_OIDC": "true"}, {"ARM_USE_DEFAULT_AZURE_CREDENTIAL": "true", "ARM_CLIENT_SECRET": "hush"}],
    ids=lambda more: next(iter(more)),
)
def test_federated_token_is_read_anew_for_each_token(arm: FakeArm, tmp_path: Path, more: dict[str, str]) -> None:
    """GitHub's token lives for minutes; whoever keeps the file fresh can apply for hours."""
    file = tmp_path / "token"
    file.write_text("first\n")
    settings = read_settings({}, _federated(arm, file, **more))
    assert (settings.token_file, settings.client_secret) == (str(file), "")
    transport = Transport.trusting(settings.ca_file, threading.Event())
    credential = Credential(settings, transport)
    credential.token()
    file.write_text("second")
    credential.token(renew=True)
    forms = [parse_qs(body) for _, path, _, body in arm.requests if path.endswith("/token")]
    assert [form["client_assertion"] for form in forms] == [["first"], ["second"]]
    assert all("client_secret" not in form for form in forms)


def test_client_secret_goes_before_a_federated_token(arm: FakeArm, tmp_path: Path) -> None:
    """In the vendor's order: azure-identity's default chain, a client secret, OIDC."""
    both = {**_federated(arm, tmp_path / "token"), "ARM_CLIENT_SECRET": "hush", "ARM_USE_OIDC": "true"}
    assert read_settings({}, both).token_file == ""
    other = {**_federated(arm, tmp_path / "token"), "ARM_USE_OIDC": "true", "ARM_OIDC_TOKEN_FILE_PATH": "/other"}
    assert read_settings({}, other).token_file == "/other"
    with pytest.raises(SettingsError, match="ARM_USE_OIDC and ARM_OIDC_TOKEN_FILE_PATH"):
        read_settings({}, _federated(arm, tmp_path / "token"))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(408, headers=SOON),
        Reply(429, headers=SOON),
        Reply(500, headers=SOON),
        Reply(503, headers={"retry-after-ms": "1"}),
        Reply(409, {"error": {"code": "AnotherOperationInProgress", "message": "m"}}, SOON),
    ],
    ids=lambda r: str(r.status),
)
def test_passing_refusals_are_retried(arm: FakeArm, connect: Callable[..., ArmClient], reply: Reply) -> None:
    """As the server asks for it, in seconds or milliseconds."""
    arm.script["PUT", "/w"] = [reply, reply]
    write(connect(), WORKSPACE, {"location": "l"})
    assert len(arm.sent("PUT")) == 3


def test_lost_connection_is_retried(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """PUT can be sent again without harm."""
    arm.script["PUT", "/w"] = [Reply(drop=True, effect=True)]
    write(connect(), WORKSPACE, {"location": "l"})
    assert arm.find("/w")["location"] == "l"


def test_other_conflicts_are_told_at_once(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """Code, message and details reach the user."""
    details = [{"code": "Inner", "message": "the reason"}]
    refusal = {"error": {"code": "InvalidState", "message": "not now", "details": details}}
    arm.script["PUT", "/w"] = [Reply(409, refusal)]
    with pytest.raises(ArmError, match='Status=409 Code="InvalidState" Message="not now\nInner: the reason"'):
        write(connect(), WORKSPACE, {})
    assert len(arm.sent("PUT")) == 1


def test_unregistered_namespace_is_registered(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """As Azure's SDK for Go does: register, wait, send again."""
    arm.script["PUT", "/w"] = [Reply(409, {"error": {"code": "MissingSubscriptionRegistration", "message": "m"}})]
    arm.script["POST", "/register"] = [Reply(body={"registrationState": "Registered"})]
    write(connect(), WORKSPACE, {})
    registered = [p for m, p, _, _ in arm.requests if m == "POST" and p.endswith("/register")]
    assert registered[0].endswith("/providers/Microsoft.MachineLearningServices/register")


def test_operation_is_polled_to_its_end(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """By `Azure-AsyncOperation` for a PUT, by `Location` for a DELETE."""
    arm.slow.add("/w")
    client = connect()
    write(client, WORKSPACE, {})
    client.delete(WORKSPACE, VERSION, deadline())
    assert sum(path.startswith("/operations") for _, path, _, _ in arm.requests) == 4
    assert arm.resources == {}


def test_failed_operation_gives_its_reason(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """The operation's own code and message."""
    arm.failing["/w"] = {"code": "ResourceNotReady", "message": "score.py, line 3"}
    with pytest.raises(ArmError, match=r"ResourceNotReady.*score\.py, line 3"):
        write(connect(), WORKSPACE, {})


def test_provisioning_state_is_waited_for(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """A service that names no operation is asked for its resource until the state is final."""
    making = {"properties": {"provisioningState": "Updating"}}
    arm.script["PUT", "/w"] = [Reply(200, making)]
    arm.script["GET", "/w"] = [Reply(200, making, SOON), Reply(200, {"properties": {"provisioningState": "Failed"}})]
    with pytest.raises(ArmError, match="OperationFailed"):
        write(connect(), WORKSPACE, {})


def test_deleting_what_is_gone_succeeds(connect: Callable[..., ArmClient]) -> None:
    """404 is what was wanted."""
    connect().delete(WORKSPACE, VERSION, deadline())


def test_cancellation_ends_a_wait(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """The engine's Cancel reaches an operation that would poll for an hour."""
    cancelled = threading.Event()
    arm.script["PUT", "/w"] = [Reply(429, headers={"Retry-After": "20"})]
    threading.Timer(0.2, cancelled.set).start()
    with pytest.raises(CancelledError):
        write(connect(cancelled), WORKSPACE, {})


def test_timeout_ends_a_wait(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """A pause that the timeout does not leave is not begun."""
    arm.script["GET", "/g"] = [Reply(429, headers={"Retry-After": "900"})]
    with pytest.raises(UnreachableError, match="timeout"):
        connect().read(GROUP, VERSION, deadline())


def test_foreign_ca_is_explained(arm: FakeArm, tmp_path: Path) -> None:
    """The message names the variable to set."""
    settings = read_settings({}, {**arm.environment(), "SSL_CERT_FILE": ""})
    transport = Transport.trusting("", threading.Event())
    with pytest.raises(UnreachableError, match="SSL_CERT_FILE"):
        ArmClient(settings, transport, Credential(settings, transport)).read(GROUP, VERSION, deadline())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "3"}, 3), ({"retry-after-ms": "250"}, 0.25), ({}, None), ({"Retry-After": "soon"}, None)],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds or milliseconds; nonsense is no answer."""
    assert retry_after(headers) == seconds


def test_retry_after_as_a_date() -> None:
    """An HTTP date in the past means now."""
    assert retry_after({"Retry-After": "Mon, 01 Jan 2024 00:00:00 GMT"}) == 0.0


def test_error_without_arm_form() -> None:
    """A plain text answer is shown as it is."""
    assert "Bad Gateway" in str(Answer(502, {}, "Bad Gateway").error())


def test_thirty_calls_run_at_once(arm: FakeArm, connect: Callable[..., ArmClient]) -> None:
    """The engine works in parallel; so must the client."""
    client = connect()
    barrier = threading.Barrier(30)
    done: list[str] = []

    def one(number: int) -> None:
        barrier.wait()
        write(client, f"{WORKSPACE}/computes/c{number}", {"n": number})
        done.append(str(number))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == len(arm.resources) == 30
    assert sum(path.endswith("/token") for _, path, _, _ in arm.requests) == 1
