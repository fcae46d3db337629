"""The one port of the simulated GitHub: REST, git, OIDC, and what jobs tell of themselves (`/_sim/…`)."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

from .concurrency import Cancelled
from .hub import Hub
from .openapi import description
from .rest import Rest
from .smart_http import SmartHttp

GIT = re.compile(r"^/[\w.-]+/[\w.-]+/(info/refs|git-upload-pack|git-receive-pack|HEAD|objects/.*)$")
Answer = tuple[int, list[tuple[str, str]], bytes]


@dataclass
class Fault:
    """The next `times` requests whose method and path fit, and whose body has `says`, are answered so; `after`: only
    once they were carried out. Status 0 drops the connection."""

    method: str
    path: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = "{}"
    times: int = 1
    after: bool = False
    says: bytes = b""

    def fits(self, method: str, path: str, body: bytes) -> bool:
        return self.method == method and re.fullmatch(self.path, path) is not None and self.says in body


class Server:
    """`variables` are what jobs that may have an OIDC token get in their environment: the way to the cloud."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.rest = Rest(hub, description())
        self.git = SmartHttp(hub)
        self.faults: list[Fault] = []
        self.variables: dict[str, str] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        hub.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    # -- one request -------------------------------------------------------------------------------------------------

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """None where the connection is to be dropped."""
        path = urlsplit(target).path
        fault = next((f for f in self.faults if f.fits(method, path, body)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
            if fault.after:
                self._carry_out(method, target, headers, body)
            if fault.status == 0:
                return None
            sent = [("Date", self.hub.clock.header()), *fault.headers.items()]
            return fault.status, sent, fault.body.encode()
        return self._carry_out(method, target, headers, body)

    def _carry_out(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        path = urlsplit(target).path
        if path.startswith("/_sim/"):
            return self._of_jobs(path, dict(parse_qsl(urlsplit(target).query)), headers, body)
        if GIT.match(path):
            return self.git.answer(method, target, headers, body)
        status, sent, content = self.rest.answer(method, target, headers.get("Authorization", ""), body)
        return status, list(sent.items()), content

    def _of_jobs(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        """A job enters, leaves, asks for its OIDC token. `run` and `job` say who it is."""
        runs = self.hub.runs
        assert runs is not None
        run = runs.get(int(query["run"]))
        if run is None:
            return 404, [], b"no such run"
        if path == "/_sim/leave":
            if "leg" in query:  # one that was not let in has none
                runs.leave(run, query["leg"])
            return 200, [], b""
        job = next(item for item in run.workflow.jobs if item.id == query["job"])
        permissions = {} if run.fork else run.workflow.permissions(job)
        if path == "/_sim/enter":
            form = {key: values[0] for key, values in parse_qs(body.decode()).items()}
            place, group = form.get("environment", ""), form.get("group", "")
            try:
                leg = runs.enter(run, job.id, place, group, cancel=form.get("cancel") == "true")
            except Cancelled as why:
                return 409, [], str(why).encode()
            lines = [f"SIM_LEG={leg.key}"]
            variables = {**self.hub.variables, **(self.hub.environment(place).variables if place else {})}
            lines += [f"SIM_VAR_{name}={value}" for name, value in variables.items()]
            if permissions.get("id-token") == "write":
                url = f"{self.hub.url}/_sim/oidc?run={run.id}&job={job.id}&leg={leg.key}"
                lines += [f"ACTIONS_ID_TOKEN_REQUEST_URL={url}", f"ACTIONS_ID_TOKEN_REQUEST_TOKEN=sim-{leg.key}"]
                lines += [f"{name}={value}" for name, value in self.variables.items()]
            return 200, [], "".join(f"{line}\n" for line in lines).encode()
        asking = run.legs.get(query.get("leg", ""))
        known = asking is not None and headers.get("Authorization") == f"Bearer sim-{asking.key}"
        if asking is None or not known or permissions.get("id-token") != "write":
            return 403, [], b"this job may have no id-token"
        subject = self.hub.issuer.subject(environment=asking.environment, event=run.event, ref=run.ref)
        token = self.hub.issuer.token(subject, query["audience"], run=run.id, sha=run.commit, ref=run.ref)
        return 200, [("Content-Type", "application/json")], json.dumps({"value": token}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self.answer

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def log_message(self, format: str, *args: object) -> None:
                pass

            def version_string(self) -> str:
                return "GitHub simulator"

            def _all(self) -> None:
                found = answer(self.command, self.path, _headers(self), self._body())
                if found is None:
                    self.close_connection = True
                    return
                status, headers, content = found
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in ("content-length", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _body(self) -> bytes:
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = []
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _all  # noqa: N815

        return Handler


def _headers(request: BaseHTTPRequestHandler) -> dict[str, str]:
    return {"-".join(part.capitalize() for part in name.split("-")): value for name, value in request.headers.items()}


@contextmanager
def serving(hub: Hub, prepare: Callable[[Server], None] | None = None) -> Iterator[Server]:
    """A server for as long as it is needed."""
    server = Server(hub)
    if prepare is not None:
        prepare(server)
    server.start()
    try:
        yield server
    finally:
        if hub.runs is not None:
            hub.runs.cancel_all()
        server.stop()
