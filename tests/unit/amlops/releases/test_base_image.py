"""Which image a tag stands for, as a registry says it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from amlops.releases.base_image import MANIFESTS, pinned, pinned_before

ONE, TWO = f"sha256:{1:064x}", f"sha256:{2:064x}"
TAGS = {"/v2/azureml/base/manifests/1": ONE, "/v2/azureml/base/manifests/latest": TWO}


@contextmanager
def registry(*, login: bool = False) -> Iterator[str]:
    """A registry's name, on this machine; with `login` it wants a token, which it gives to anybody."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            assert self.headers["Accept"] == MANIFESTS
            if login and self.headers.get("Authorization") != "Bearer for azureml/base at here":
                realm = f'realm="http://{name}/token",service="here",scope="azureml/base"'
                self._answer(401, {"WWW-Authenticate": f"Bearer {realm}"})
            elif digest := TAGS.get(self.path):
                self._answer(200, {"Docker-Content-Digest": digest})
            else:
                self._answer(404, {})

        def do_GET(self) -> None:
            assert self.path == "/token?service=here&scope=azureml%2Fbase"
            self._answer(200, {}, json.dumps({"token": "for azureml/base at here"}).encode())

        def log_message(self, *_: object) -> None:
            return

        def _answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    name = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield name
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("login", [False, True])
def test_a_tag_is_looked_up(login: bool) -> None:
    """The manifest's digest, of whatever platforms; without a tag it is `latest`."""
    with registry(login=login) as name:
        assert pinned(f"{name}/azureml/base:1") == f"{name}/azureml/base@{ONE}"
        assert pinned(f"{name}/azureml/base") == f"{name}/azureml/base@{TWO}"


def test_what_no_registry_tells_stays_as_it_is() -> None:
    """A tag that isn't there, a digest already, a short name, a registry that doesn't answer."""
    with registry() as name:
        assert pinned(f"{name}/azureml/base:2") is None
        assert pinned(f"{name}/azureml/base@{ONE}") is None
    assert pinned("ubuntu:24.04") is None
    assert pinned(f"{name}/azureml/base:1") is None


def test_a_digest_is_kept_as_long_as_the_tag_is() -> None:
    """So a release that follows doesn't go back to what the tag was built from before."""
    source = f"registry.example.com/base:1@{ONE}"
    assert pinned_before("registry.example.com/base:1", source) == f"registry.example.com/base@{ONE}"
    assert pinned_before("registry.example.com/base:2", source) is None
    assert pinned_before("registry.example.com/base:1", "registry.example.com/base:1") is None
    assert pinned_before("registry.example.com/base:1", None) is None
