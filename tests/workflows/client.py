"""Users of an endpoint: so many requests a second whatever the answers, each counted, none tried twice."""

from __future__ import annotations

import http.client
import math
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Queue
from urllib.parse import urlsplit

RATE = 20.0
AT_ONCE = 12
"""Of each client, requests under way at most. More wait here: a slow machine is no failure of the endpoint's."""
TIMEOUT = 60.0
_DEPLOYMENT = "azureml-model-deployment"


@dataclass(frozen=True)
class Answered:
    """`status` 0: the connection failed. `deployment` is the ARM deployment that the endpoint says it asked."""

    sent: float
    seconds: float
    status: int
    deployment: str
    said: str = ""


@dataclass
class Client:
    """`key` is the endpoint's, `ca` the local Azure's. Times are real seconds since the start."""

    uri: str
    key: str
    body: bytes
    ca: str
    rate: float = RATE
    at_once: int = AT_ONCE
    answers: list[Answered] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._due: Queue[float | None] = Queue()
        self._context = ssl.create_default_context(cafile=self.ca)
        self._ended = threading.Event()
        self._began = time.monotonic()
        self._threads = [threading.Thread(target=self._worker, daemon=True) for _ in range(self.at_once)]
        self._clock = threading.Thread(target=self._tick, daemon=True)

    @contextmanager
    def asking(self) -> Iterator[Client]:
        """Sends for as long as the block goes on, and waits for the last answers."""
        self._began = time.monotonic()
        for thread in (*self._threads, self._clock):
            thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            self._clock.join()
            for _ in self._threads:
                self._due.put(None)
            for thread in self._threads:
                thread.join(TIMEOUT)

    # -- what came of it ---------------------------------------------------------------------------------------------

    @property
    def failed(self) -> list[Answered]:
        """Whatever is no 200."""
        return [answer for answer in self.answers if answer.status != 200]

    @property
    def by_deployment(self) -> dict[str, int]:
        """How many requests each ARM deployment answered well."""
        return dict(Counter(answer.deployment for answer in self.answers if answer.status == 200))

    @property
    def achieved(self) -> float:
        """Answers a second, from the first request to the last answer."""
        times = [answer.sent for answer in self.answers] + [answer.sent + answer.seconds for answer in self.answers]
        return len(self.answers) / (max(times) - min(times))

    def is_within(self, deployment: str, weight: float) -> bool:
        """Whether a deployment, from its first request to its last, got no larger part of all than its weight; who gets
        a request is chance, of which four standard deviations are allowed."""
        own = [answer.sent for answer in self.answers if answer.deployment == deployment]
        count = sum(min(own) <= answer.sent <= max(own) for answer in self.answers)
        return len(own) <= count * weight + 4 * math.sqrt(count * weight * (1 - weight))

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    def wait(self, count: int, seconds: float = 120.0) -> None:
        """Until so many more answers are there. Raises TimeoutError."""
        until, wanted = time.monotonic() + seconds, len(self.answers) + count
        while len(self.answers) < wanted:
            if time.monotonic() > until:
                raise TimeoutError(f"{wanted - len(self.answers)} answers are missing after {seconds:.0f} s")
            time.sleep(0.05)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        number = 0
        while not self._ended.wait(max(0.0, self._began + number / self.rate - time.monotonic())):
            self._due.put(self.now)
            number += 1

    def _worker(self) -> None:
        connection: http.client.HTTPSConnection | None = None
        while self._due.get() is not None:
            began = self.now
            try:
                connection = connection or self._connect()
                answer = self._ask(connection, began)
            except (OSError, http.client.HTTPException) as error:
                answer = Answered(began, self.now - began, 0, "", f"{type(error).__name__}: {error}")
                if connection is not None:
                    connection.close()
                connection = None
            self.answers.append(answer)
        if connection is not None:
            connection.close()

    def _connect(self) -> http.client.HTTPSConnection:
        url = urlsplit(self.uri)
        return http.client.HTTPSConnection(url.hostname or "", url.port, timeout=TIMEOUT, context=self._context)

    def _ask(self, connection: http.client.HTTPSConnection, began: float) -> Answered:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        connection.request("POST", urlsplit(self.uri).path, self.body, headers)
        answer = connection.getresponse()
        said = answer.read()
        words = "" if answer.status == 200 else said[:200].decode(errors="replace")
        return Answered(began, self.now - began, answer.status, answer.headers.get(_DEPLOYMENT, ""), words)
