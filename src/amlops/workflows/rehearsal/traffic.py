"""A client that asks an endpoint again and again, as callers do, and counts every answer. It tries nothing twice."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from amlops.report import Phase, Traffic

RATE = 20.0
"""Requests a second."""

CONNECTIONS = 4
"""Requests at once at most: on a slow machine the client waits, rather than to run into Azure's own limit (429)."""

TIMEOUT = 30.0
"""Seconds to wait for an answer."""

_SAID = 10
"""Failures that are kept in words."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask what. `ca` is the local Azure's; `at_once` how many requests the deployment takes at once."""

    uri: str
    bearer: str
    body: bytes
    ca: str | None
    at_once: int = CONNECTIONS


class Client:
    """Sends from `start` to `stop`. A request counts for the phase in which it was sent.

    `heard` is told of each answer: the ARM deployment it came from, and how it failed or "".
    """

    def __init__(
        self, target: Target, rate: float = RATE, heard: Callable[[str, str], None] = lambda deployment, failure: None
    ) -> None:
        self._target, self._rate, self._heard = target, rate, heard
        self._context = ssl.create_default_context(cafile=target.ca)
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._threads: list[threading.Thread] = []
        self._phases: list[str] = ["before"]
        self._counts: dict[tuple[str, str, bool], int] = Counter()
        self._said: list[str] = []

    def start(self) -> None:
        number = max(1, min(CONNECTIONS, self._target.at_once))
        for at in range(number):
            thread = threading.Thread(target=self._send, args=(at, number), daemon=True, name=f"client-{at}")
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Waits for the answers that are under way."""
        self._end.set()
        for thread in self._threads:
            thread.join(TIMEOUT + 5)

    def phase(self, name: str) -> None:
        """From now on requests count for `name`."""
        with self._lock:
            if name not in self._phases:
                self._phases.append(name)
            else:
                self._phases.append(self._phases.pop(self._phases.index(name)))

    def wait(self, enough: Callable[[Traffic], bool], seconds: float) -> bool:
        """Until the phase has seen enough; False where it hasn't after so many seconds."""
        until = time.monotonic() + seconds
        while not enough(self.of(self._phases[-1])):
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def of(self, phase: str) -> Traffic:
        with self._lock:
            return self._traffic(phase)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """Those in which requests were sent, in order."""
        with self._lock:
            found = tuple(Phase(name, self._traffic(name)) for name in self._phases)
        return tuple(phase for phase in found if phase.traffic.sent)

    @property
    def total(self) -> Traffic:
        with self._lock:
            return self._traffic(None)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _traffic(self, phase: str | None) -> Traffic:
        by: dict[str, tuple[int, int]] = {}
        for (name, deployment, well), number in self._counts.items():
            if phase in (None, name):
                answered, failed = by.get(deployment, (0, 0))
                by[deployment] = (answered + number, failed) if well else (answered, failed + number)
        failed = sum(count[1] for count in by.values())
        said = tuple(self._said) if phase is None else ()
        return Traffic(sum(sum(count) for count in by.values()), failed, by, said)

    def _send(self, at: int, number: int) -> None:
        every = number / self._rate
        due = time.monotonic() + at / self._rate
        while not self._end.wait(max(0.0, due - time.monotonic())):
            with self._lock:
                phase = self._phases[-1]
            deployment, failure = self._ask()
            with self._lock:
                self._counts[(phase, deployment, not failure)] += 1
                if failure and len(self._said) < _SAID:
                    self._said.append(f"{phase}: {deployment or 'nobody'} {failure}")
            self._heard(deployment, failure)
            due = max(due + every, time.monotonic() - every)

    def _ask(self) -> tuple[str, str]:
        """(who answered, how it failed or "")."""
        target = self._target
        place = urlsplit(target.uri)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {target.bearer}"}
        connection = http.client.HTTPSConnection(
            place.hostname or "", place.port, timeout=TIMEOUT, context=self._context
        )
        try:
            connection.request("POST", place.path, target.body, headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            return "", f"gave no answer: {type(error).__name__}"
        finally:
            connection.close()
        deployment = answer.headers.get("azureml-model-deployment") or ""
        if answer.status != 200:
            behind = answer.headers.get("ms-azureml-model-error-statuscode")
            return deployment, f"answered {answer.status}" + (f" (the model itself {behind})" if behind else "")
        try:
            json.loads(body)
        except ValueError:
            return deployment, "answered 200 with what is no JSON"
        return deployment, ""


@contextmanager
def under_traffic(target: Target, rate: float = RATE) -> Iterator[Client]:
    """A client that sends as long as the block lasts."""
    client = Client(target, rate)
    client.start()
    try:
        yield client
    finally:
        client.stop()
