"""Users of the endpoint: a few requests a second for as long as they are there, each counted, none tried twice."""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from amlops.errors import AmlopsError
from amlops.rollout.figures import minute_of

RATE = 2.0
"""Requests a second."""
TIMEOUT = 60.0
_DEPLOYMENT = "azureml-model-deployment"


@dataclass
class Users:
    """`now` is Azure's time. `answered` counts by minute and ARM deployment, `failed` by what went wrong."""

    uri: str
    key: str
    body: bytes
    ca: str | None
    now: Callable[[], datetime]
    answered: Counter[tuple[datetime, str]] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask_on, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._ended.set()
            self._thread.join(2 * TIMEOUT)

    @property
    def total(self) -> int:
        return sum(self.answered.values()) + sum(self.failed.values())

    def in_minute(self, minute: datetime) -> int:
        """Answers of a minute, of all deployments."""
        return sum(count for (at, _), count in self.answered.items() if at == minute)

    def whole_minutes(self) -> list[datetime]:
        """Minutes through which they asked, without the first and the last."""
        known = sorted({at for at, _ in self.answered})
        return [at for at in known[1:-1] if at - timedelta(minutes=1) in known]

    def _ask_on(self) -> None:
        connection: http.client.HTTPSConnection | None = None
        began, number = time.monotonic(), 0
        while not self._ended.wait(max(0.0, began + number / RATE - time.monotonic())):
            number += 1
            try:
                connection = connection or self._connect()
                status, deployment = self._ask(connection)
            except (OSError, http.client.HTTPException) as error:
                self.failed[type(error).__name__] += 1
                if connection is not None:
                    connection.close()
                connection = None
                continue
            if status == 200:
                self.answered[minute_of(self._moment()), deployment] += 1
            else:
                self.failed[f"{status} of {deployment or 'no deployment'}"] += 1
        if connection is not None:
            connection.close()

    def _moment(self) -> datetime:
        try:
            return self.now()
        except AmlopsError:
            return datetime.fromtimestamp(time.time(), tz=datetime.now().astimezone().tzinfo)

    def _connect(self) -> http.client.HTTPSConnection:
        url = urlsplit(self.uri)
        context = ssl.create_default_context(cafile=self.ca)
        return http.client.HTTPSConnection(url.hostname or "", url.port, timeout=TIMEOUT, context=context)

    def _ask(self, connection: http.client.HTTPSConnection) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        connection.request("POST", urlsplit(self.uri).path, self.body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get(_DEPLOYMENT, "")
