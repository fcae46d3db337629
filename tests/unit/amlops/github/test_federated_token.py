"""The file with the OIDC token: there before Azure is asked, fresh as long as it is needed, gone afterwards."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import jwt
import pytest
from tests.workflows.github.oidc import Issuer

from amlops.errors import AmlopsError
from amlops.github import FederatedToken

PATIENCE = 20.0


@contextmanager
def _issuing(life: float, failing: int = 0) -> Iterator[tuple[str, Issuer]]:
    """An issuer behind HTTP that fails from the second request on, `failing` times."""
    issuer = Issuer("contoso/ml")
    issuer.life = life
    fails = [0, *[503] * failing]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = fails.pop(0) if fails else 0
            wrong = self.headers["Authorization"] != "Bearer may"
            token = issuer.token("repo:contoso/ml:environment:dev-platform", "api://x", run=1, sha="a", ref="b")
            self.send_response(403 if wrong else status or 200)
            self.end_headers()
            self.wfile.write(b'{"value": "%s"}' % token.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/token?v=1", issuer
        finally:
            server.shutdown()
            thread.join()


def _of(url: str, folder: Path, token: str = "may") -> FederatedToken:
    return FederatedToken.of(
        {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": token, "RUNNER_TEMP": str(folder)}
    )


def _expiry(file: Path) -> float:
    return float(jwt.decode(file.read_text(), options={"verify_signature": False})["exp"])


def test_the_file_is_its_owners_and_goes_away(tmp_path: Path) -> None:
    """Mode 0600 while it is needed, nothing left afterwards."""
    with _issuing(300) as (url, _):
        with _of(url, tmp_path) as token:
            file = Path(token.variables["AZURE_FEDERATED_TOKEN_FILE"])
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert file.read_text().count(".") == 2
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", [0, 2])
def test_a_token_is_renewed_before_it_ends(tmp_path: Path, failing: int) -> None:
    """At every look the file holds one that is still good, over several lives, though GitHub fails now and then."""
    with _issuing(2.0, failing) as (url, issuer), _of(url, tmp_path) as token:
        file = Path(token.variables["AZURE_FEDERATED_TOKEN_FILE"])
        until = time.monotonic() + PATIENCE
        while len(issuer.given) < 4 + failing and time.monotonic() < until:
            if not failing:
                assert _expiry(file) > time.time()
            time.sleep(0.02)
        assert len(issuer.given) >= 4 + failing
        assert _expiry(file) > time.time()


def test_a_job_without_the_permission_has_none(tmp_path: Path) -> None:
    """Outside of such a job nothing is fetched, and no variable is set."""
    with FederatedToken.of({"RUNNER_TEMP": str(tmp_path)}) as token:
        assert token.variables == {}


def test_a_refusal_names_the_permission(tmp_path: Path) -> None:
    """403 ends at once, with what the workflow must say."""
    with (
        _issuing(300) as (url, _),
        pytest.raises(AmlopsError, match=r"id-token: write"),
        _of(url, tmp_path, "may-not"),
    ):
        pass
