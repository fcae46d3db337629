"""The client of a rehearsal: its pace, and that every answer counts once, for its phase and its deployment."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from amlops.workflows.rehearsal.traffic import Client, Target, under_traffic
from localazure.emulator.tls import certificates


@contextmanager
def answering(folder: Path, answers: list[tuple[int, str, bytes]]) -> Iterator[Target]:
    """An endpoint over TLS that gives these answers in turn: status, deployment, body; the last one from then on."""
    left = list(answers)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                status, deployment, body = left.pop(0) if len(left) > 1 else left[0]
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("azureml-model-deployment", deployment)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    ca, chain, key = certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Target(f"https://127.0.0.1:{server.server_port}/score", "key", b"{}", str(ca), at_once=1)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_every_answer_counts_once(tmp_path: Path) -> None:
    """Good ones, refusals, what is no JSON and what is no answer at all; none is tried again."""
    answers = [(200, "r-a", b"{}"), (503, "r-a", b""), (200, "r-b", b"no JSON"), (0, "", b""), (200, "r-b", b"[1]")]
    with answering(tmp_path, answers) as target, under_traffic(target, rate=100) as client:
        assert client.wait(lambda traffic: traffic.sent >= 8, 20)
    total = client.total
    assert total.failed == 3
    assert total.by["r-a"] == (1, 1)
    assert total.by[""] == (0, 1)
    assert total.by["r-b"] == (total.sent - 4, 1)
    assert [text.split(" ", 1)[1] for text in total.said[:2]] == [
        "r-a answered 503",
        "r-b answered 200 with what is no JSON",
    ]
    assert "nobody gave no answer" in total.said[2]


def test_phases_are_counted_apart(tmp_path: Path) -> None:
    """A request counts for the phase in which it was sent; phases without requests are left out."""
    with answering(tmp_path, [(200, "r-a", b"{}")]) as target:
        client = Client(target, rate=100)
        client.start()
        assert client.wait(lambda traffic: traffic.sent >= 3, 20)
        client.phase("skipped")
        client.phase("second")
        assert client.wait(lambda traffic: traffic.sent >= 3, 20)
        client.stop()
    names = [phase.name for phase in client.phases]
    assert names[0] == "before" and names[-1] == "second"
    assert sum(phase.traffic.sent for phase in client.phases) == client.total.sent


def test_waiting_ends(tmp_path: Path) -> None:
    """What never comes is not waited for for ever."""
    with answering(tmp_path, [(200, "r-a", b"{}")]) as target, under_traffic(target, rate=100) as client:
        assert not client.wait(lambda traffic: traffic.failed > 0, 0.3)


@pytest.mark.parametrize("at_once", [1, 2, 99])
def test_it_keeps_its_pace_with_few_connections(tmp_path: Path, at_once: int) -> None:
    """Never more at once than the deployment takes, and never more than four; not faster than asked for."""
    with answering(tmp_path, [(200, "r-a", b"{}")]) as target:
        client = Client(Target(target.uri, target.bearer, target.body, target.ca, at_once), rate=40)
        client.start()
        assert len(client._threads) == min(at_once, 4)
        client.wait(lambda traffic: traffic.sent >= 1, 20)
        before, began = client.total.sent, time.monotonic()
        client.wait(lambda traffic: False, 0.5)
        client.stop()
    assert client.total.sent - before <= 40 * (time.monotonic() - began) + 2 * at_once


def test_each_answer_is_told_to_who_counts_in_another_way(tmp_path: Path) -> None:
    """With the deployment it came from, and how it failed."""
    told: list[tuple[str, str]] = []
    with answering(tmp_path, [(200, "r-a", b"{}"), (503, "r-b", b"")]) as target:
        client = Client(target, 100, lambda deployment, failure: told.append((deployment, failure)))
        client.start()
        assert client.wait(lambda traffic: traffic.sent >= 2, 20)
        client.stop()
    assert told[:2] == [("r-a", ""), ("r-b", "answered 503")]
    assert len(told) == client.total.sent
