"""HTTPS requests, repeated as the vendor's plugin does: 408, 429, 5xx, a conflict that passes, a lost connection.

No proxy is ever used: the endpoint is loopback, and the environment's proxy serves other hosts.
"""

from __future__ import annotations

import email.utils
import json
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

from localazure.pulumi.arm.loopback import require_loopback
from localazure.pulumi.errors import ArmError, CancelledError, SettingsError, UnreachableError

CONNECTIONS = 64
CONNECT_SECONDS = 10.0
READ_SECONDS = 600.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
ATTEMPTS = 8
REFUSED_ATTEMPTS = 4
"""Where nothing listens on loopback the server has ended; 3.5 seconds are enough for one that is being started."""
_PASSING = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the server; `body` is parsed JSON, or None where there is none."""

    status: int
    headers: Mapping[str, str]
    body: Any

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    def error(self) -> ArmError:
        """The answer as an error, whatever form the service gave it."""
        found = self.body.get("error", self.body) if isinstance(self.body, Mapping) else {}
        if not isinstance(found, Mapping):
            found = {"message": str(found)}
        return ArmError(self.status, str(found.get("code") or ""), error_text(found) or str(self.body or "no message"))


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an operation must be over, in seconds of the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        return self.at - time.monotonic()


def error_text(error: Mapping[str, Any]) -> str:
    """The message of an ARM error with the messages of its details."""
    lines = [str(error.get("message") or "")]
    for detail in error.get("details") or ():
        if isinstance(detail, Mapping) and detail.get("message") and str(detail["message"]) not in lines[0]:
            code = f"{detail['code']}: " if detail.get("code") else ""
            lines.append(f"{code}{detail['message']}")
    return "\n".join(line for line in lines if line)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How long the server asks to wait, in seconds; None where it says nothing."""
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        if headers.get(name, "").isdigit():
            return int(headers[name]) / 1000
    text = headers.get("Retry-After", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    parsed = email.utils.parsedate_tz(text)
    return None if parsed is None else max(0.0, email.utils.mktime_tz(parsed) - time.time())


class Transport:
    """Sends requests; many threads may use it at once."""

    def __init__(self, pool: urllib3.PoolManager, cancelled: threading.Event) -> None:
        self._pool = pool
        self.cancelled = cancelled

    @classmethod
    def trusting(cls, ca_file: str, cancelled: threading.Event) -> Transport:
        """A transport that trusts one CA file, or the system's store for "".

        Raises `SettingsError` where the file can't be read.
        """
        try:
            context = ssl.create_default_context(cafile=ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(f"the CA file '{ca_file}' can't be used: {error}") from error
        return cls(urllib3.PoolManager(maxsize=CONNECTIONS, ssl_context=context, retries=False), cancelled)

    def without_cancellation(self) -> Transport:
        """The same connections for what must still be done after the engine has cancelled."""
        return Transport(self._pool, threading.Event())

    def pause(self, seconds: float, deadline: Deadline) -> None:
        """Wait. Raises `CancelledError` when the engine cancels, `UnreachableError` past the deadline."""
        if seconds > deadline.left:
            left = max(0.0, deadline.left)
            raise UnreachableError(f"the operation's timeout leaves {left:.0f} s, {seconds:.0f} needed")
        if self.cancelled.wait(seconds):
            raise CancelledError("cancelled by the engine")

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        deadline: Deadline,
    ) -> Answer:
        """Send a request until it has a lasting answer.

        Raises `UnreachableError` where none comes, `CancelledError` when the engine cancels.
        """
        require_loopback(url, "a request's address")
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            if self.cancelled.is_set():
                raise CancelledError("cancelled by the engine")
            try:
                answer = self._once(method, url, headers, body, deadline)
            except urllib3.exceptions.HTTPError as lost:
                refused = isinstance(lost, urllib3.exceptions.NewConnectionError)
                last = REFUSED_ATTEMPTS if refused else ATTEMPTS
                if isinstance(lost, urllib3.exceptions.SSLError) or attempt >= last:
                    raise UnreachableError(f"{method} {url}: {_reason(lost)}") from lost
                self.pause(pause, deadline)
            else:
                if attempt == ATTEMPTS or not _passes(answer):
                    return answer
                asked = retry_after(answer.headers)
                self.pause(pause if asked is None else asked, deadline)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        raise AssertionError("the last attempt returns or raises")

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: Deadline
    ) -> Answer:
        read = max(1.0, min(READ_SECONDS, deadline.left))
        response = self._pool.request(
            method,
            url,
            headers=dict(headers),
            body=body,
            redirect=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=read),
        )
        return Answer(response.status, response.headers, _parse(response.data))


def _passes(answer: Answer) -> bool:
    if answer.status in _PASSING:
        return True
    return answer.status == 409 and answer.error().code == "AnotherOperationInProgress"


def _parse(data: bytes) -> Any:
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError:
        return data.decode("utf-8", "replace")


def _reason(lost: Exception) -> str:
    if isinstance(lost, urllib3.exceptions.SSLError) or "CERTIFICATE" in str(lost):
        return f"{lost}; SSL_CERT_FILE or REQUESTS_CA_BUNDLE must name the CA of the local endpoint"
    return f"{lost}; is the local endpoint running?"
