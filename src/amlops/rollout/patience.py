"""Writes to Azure, as often as it takes: refused while something else changes (409), too many requests (429), failures.

azure-core repeats 429 and 5xx by itself, with Retry-After, for some seconds; what is still refused is tried anew here,
each time from a fresh read, so that what others wrote meanwhile is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from amlops.errors import AmlopsError

T = TypeVar("T")

AGAIN = frozenset({409, 412, 429, 500, 502, 503, 504})
"""Statuses that pass: another operation in progress, too many requests, a server that fails."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: `pause` between two tries, `longest` for all of them, `operation` for one operation to end.

    They are of this process, not of Azure's clock: a runner's time is bounded.
    """

    pause: float = 5.0
    longest: float = 600.0
    operation: float = 900.0

    def write(self, what: str, attempt: Callable[[], T]) -> T:
        """What `attempt` gives. It reads, changes and writes, so that it may be repeated. Raises AmlopsError."""
        from azure.core.exceptions import AzureError, HttpResponseError, ServiceRequestError, ServiceResponseError

        deadline = time.monotonic() + self.longest
        while True:
            try:
                return attempt()
            except Unfinished as error:
                raise AmlopsError(f"{what}: {error}") from None
            except HttpResponseError as error:
                # an operation that ended badly comes without a status of its own; the next one may end well
                passes = error.status_code in AGAIN or _of_an_operation(error)
                if not passes or time.monotonic() >= deadline:
                    raise AmlopsError(f"{what}: {said(error)}") from None
            except (ServiceRequestError, ServiceResponseError) as error:
                if time.monotonic() >= deadline:
                    raise AmlopsError(f"{what}: {said(error)}") from None
            except AzureError as error:
                raise AmlopsError(f"{what}: {said(error)}") from None
            time.sleep(self.pause)

    def result(self, poller: Any) -> Any:
        """What an operation gives at its end. Raises Unfinished where it has none within the time."""
        found = poller.result(timeout=self.operation)
        if not poller.done():
            raise Unfinished(f"the operation did not end within {self.operation / 60:.0f} minutes")
        return found


PATIENCE = Patience()


class Unfinished(Exception):
    """An operation that goes on."""


def said(error: Exception) -> str:
    """Azure's own words, on one line."""
    return " ".join(str(error).split())[:500]


def _of_an_operation(error: Any) -> bool:
    return error.status_code is None or (error.response is not None and error.response.status_code == 200)
