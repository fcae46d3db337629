"""A small ARM for tests of the adapter: HTTPS on loopback, tokens, resources as they were PUT, scripted misfortunes."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SUBSCRIPTION = "00000000-0000-0000-0000-00000000000a"
TENANT = "00000000-0000-0000-0000-00000000000b"
CLIENT = "00000000-0000-0000-0000-00000000000c"
OBJECT = "00000000-0000-0000-0000-00000000000d"


@dataclass
class Reply:
    """A scripted answer. `drop`: the connection ends without one, after the request took effect where `effect`."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    effect: bool = False


@dataclass
class FakeArm:
    """`script` maps (method, end of path) to answers that are used up before ordinary behaviour."""

    endpoint: str = ""
    ca: str = ""
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    script: dict[tuple[str, str], list[Reply]] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    """Ends of paths whose PUT and DELETE run as operations that need two polls."""
    failing: dict[str, dict[str, str]] = field(default_factory=dict)
    """Ends of paths whose operation fails with an error."""
    operations: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def environment(self) -> dict[str, str]:
        """What a provider needs to use this cloud."""
        return {
            "ARM_ENDPOINT": self.endpoint,
            "ARM_TENANT_ID": TENANT,
            "ARM_SUBSCRIPTION_ID": SUBSCRIPTION,
            "ARM_CLIENT_ID": CLIENT,
            "ARM_CLIENT_SECRET": "hush",
            "SSL_CERT_FILE": self.ca,
        }

    def sent(self, method: str) -> list[tuple[str, Any]]:
        """(path, body) of the requests of a method, tokens and metadata left out."""
        return [(p, b) for m, p, _, b in self.requests if m == method and p.startswith("/subscriptions")]

    def find(self, end: str) -> dict[str, Any]:
        """The one resource whose id ends so."""
        found = [r for key, r in self.resources.items() if key.endswith(end.lower())]
        assert len(found) == 1, f"{len(found)} resources end with {end}"
        return found[0]


@contextmanager
def fake_arm(folder: Path) -> Iterator[FakeArm]:
    """Serve a fake ARM on a free port."""
    arm = FakeArm()
    certificate, key = _certificate(folder)
    handler = type("Handler", (_Handler,), {"arm": arm})
    server = _Server(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    arm.endpoint, arm.ca = f"https://127.0.0.1:{server.server_port}", str(certificate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield arm
    finally:
        server.shutdown()
        server.server_close()


def resource_id(tail: str) -> str:
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{tail}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up or don't trust the CA are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    arm: FakeArm
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:
        return

    def do_GET(self) -> None:
        self._serve("GET")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        json_sent = (self.headers.get("Content-Type") or "").startswith("application/json")
        body = json.loads(raw) if raw and json_sent else raw.decode() or None
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        with self.arm.lock:
            self.arm.requests.append((method, parts.path, query, body))
            reply = self._scripted(method, parts.path)
            if reply is None or reply.effect:
                usual = self._usual(method, parts.path, body)
                reply = reply or usual
        if reply.drop:
            self.close_connection = True
            self.connection.close()
            return
        payload = b"" if reply.body is None else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def _scripted(self, method: str, path: str) -> Reply | None:
        for (wanted, end), replies in self.arm.script.items():
            if wanted == method and path.lower().endswith(end.lower()) and replies:
                return replies.pop(0)
        return None

    def _usual(self, method: str, path: str, body: Any) -> Reply:
        if path == "/metadata/endpoints":
            return Reply(
                body={
                    "name": "Local",
                    "resourceManager": self.arm.endpoint,
                    "authentication": {"loginEndpoint": self.arm.endpoint, "audiences": [self.arm.endpoint]},
                }
            )
        if path.endswith("/oauth2/v2.0/token"):
            claims = {"oid": OBJECT, "appid": CLIENT, "tid": TENANT}
            middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
            return Reply(body={"access_token": f"e30.{middle}.sig", "expires_in": 3600})
        if path.startswith("/operations/"):
            return self._operation(path)
        if method == "POST":
            return Reply(body={"keys": [{"keyName": "key1", "value": "k1"}], "primaryKey": "p1"})
        if method == "DELETE":
            gone = self.arm.resources.pop(path.lower(), None)
            if gone is not None and any(path.endswith(end) for end in self.arm.slow):
                return Reply(202, headers={"Location": self._begin("gone")})
            return Reply(200 if gone is not None else 404, None if gone is not None else _not_found(path))
        if method == "GET":
            found = self.arm.resources.get(path.lower())
            return Reply(404, _not_found(path)) if found is None else Reply(body=found)
        return self._write(path, body)

    def _write(self, path: str, body: dict[str, Any]) -> Reply:
        new = path.lower() not in self.arm.resources
        segments = path.strip("/").split("/")
        resource = {"id": path, "name": segments[-1], "type": "/".join(segments[-3:-1]), **body}
        failing = next((error for end, error in self.arm.failing.items() if path.endswith(end)), None)
        state = "Failed" if failing else "Succeeded"
        resource["properties"] = {**(body.get("properties") or {}), "provisioningState": state}
        self.arm.resources[path.lower()] = resource
        if failing or any(path.endswith(end) for end in self.arm.slow):
            url = self._begin("bad:" + json.dumps(failing) if failing else "good")
            return Reply(
                201,
                {**resource, "properties": {"provisioningState": "Creating"}},
                {"Azure-AsyncOperation": url, "Retry-After": "0"},
            )
        return Reply(201 if new else 200, resource)

    def _begin(self, kind: str) -> str:
        number = str(len(self.arm.operations))
        self.arm.operations[f"/operations/{number}/{base64.urlsafe_b64encode(kind.encode()).decode()}"] = 2
        return self.arm.endpoint + list(self.arm.operations)[-1]

    def _operation(self, path: str) -> Reply:
        kind = base64.urlsafe_b64decode(path.rsplit("/", 1)[-1]).decode()
        self.arm.operations[path] -= 1
        if self.arm.operations[path] > 0:
            status = 202 if kind == "gone" else 200
            return Reply(status, {"status": "InProgress"}, {"Retry-After": "0", "Location": self.arm.endpoint + path})
        if kind.startswith("bad:"):
            return Reply(200, {"status": "Failed", "error": json.loads(kind[4:])})
        return Reply(200, {"status": "Succeeded"})


def _not_found(path: str) -> dict[str, Any]:
    return {"error": {"code": "ResourceNotFound", "message": f"The Resource '{path}' was not found."}}


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake ARM")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "ca.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file
