"""The shape of a question, and what it has at hand when it is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any

from amlops.azure import ARM_SCOPE, Azure, AzureRefused, poll_seconds
from amlops.azure.arm import Channel
from amlops.config import Names
from amlops.progress import Progress
from amlops.workflows.session import Session

from ..cost import Meter
from ..environment import DEPLOYMENT, Wanted
from ..users import Users

ML = "2025-12-01"


class Moment(Enum):
    """When in the story a question is asked."""

    BOOTSTRAPPED = "the state's account, vault and identities are there"
    PLATFORM = "registry and platform are there"
    SERVED = "the first release is deployed and has the traffic"
    USED = "users ask the endpoint"
    DESTROYED = "everything was destroyed, nothing purged"


@dataclass(frozen=True, slots=True)
class Answer:
    """`holds`: whether what is taken for granted is so; None where the answer is open. `found` is JSON."""

    sentence: str
    holds: bool | None
    found: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of ARM's, whatever its status. Headers have names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The service's word for a refusal; "" where it refused nothing."""
        error = self.body.get("error")
        return str(error.get("code") or "") if isinstance(error, Mapping) else ""

    @property
    def message(self) -> str:
        error = self.body.get("error")
        return str(error.get("message") or "") if isinstance(error, Mapping) else ""

    def as_dict(self) -> dict[str, Any]:
        """What is worth keeping of it."""
        kept = ("azure-asyncoperation", "location", "retry-after", "etag", "date")
        there = {name: name in self.headers for name in kept}
        refused = {"code": self.code, "message": self.message} if self.code else {}
        return {"status": self.status, "headers": there, **refused}


@dataclass
class Ground:
    """`users` are there from the moment USED on; `kept` is what a question keeps between two looks, by its id."""

    session: Session
    wanted: Wanted
    meter: Meter
    told: Progress
    users: Users | None = None
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def azure(self) -> Azure:
        return self.session.azure

    @property
    def names(self) -> Names:
        return self.session.names

    @property
    def subscription(self) -> str:
        return f"/subscriptions/{self.wanted.subscription}"

    @property
    def ml(self) -> str:
        """Where the region says what it has."""
        return f"{self.subscription}/providers/Microsoft.MachineLearningServices/locations/{self.wanted.region}"

    @property
    def group(self) -> str:
        return f"{self.subscription}/resourceGroups/{self.names.resource_group}"

    @property
    def workspace(self) -> str:
        return f"{self.group}/providers/Microsoft.MachineLearningServices/workspaces/{self.names.workspace}"

    @property
    def endpoint(self) -> str:
        return f"{self.workspace}/onlineEndpoints/{self.names.endpoint(DEPLOYMENT)}"

    def send(
        self,
        method: str,
        id: str,
        version: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **query: str,
    ) -> Said:
        """One request to ARM, not judged and not waited for. Raises AmlopsError where nobody answers."""
        from azure.core.rest import HttpRequest

        azure = self.azure
        channel = Channel(azure.endpoint, azure.credential, ARM_SCOPE, ca=azure.ca, local=azure.is_local)
        given = {} if body is None else {"json": body}
        with channel.pipeline as pipeline:
            request = HttpRequest(
                method,
                f"{azure.endpoint}{id}",
                params={"api-version": version, **query},
                headers=dict(headers or {}),
                **given,
            )
            response = pipeline.send_request(request)
            text = response.text()
            found = response.json() if text.startswith("{") else {}
        return Said(response.status_code, {k.lower(): v for k, v in response.headers.items()}, found)

    def wait(self, seconds: float | None = None) -> None:
        """A moment, or so many seconds, under the eye of the meter. Raises CapReached."""
        self.meter.check()
        time.sleep(seconds if seconds is not None else poll_seconds(self.session.process))

    def until(self, patience: timedelta) -> Iterator[None]:
        """Again and again, until so much of Azure's time is over."""
        end = self.azure.now() + patience
        while self.azure.now() < end:
            yield
            self.wait()

    @contextmanager
    def probe(self, key: str, properties: Mapping[str, Any], *, size: str | None = None) -> Iterator[tuple[str, Said]]:
        """A cluster that goes again: its id, and what Azure said to its PUT. `properties` differ from an idle one's."""
        id = f"{self.workspace}/computes/{self.names.compute(key)}"
        scale = {"minNodeCount": 0, "maxNodeCount": 1, "nodeIdleTimeBeforeScaleDown": "PT120S"}
        inner = {"vmSize": size or self.wanted.size, "scaleSettings": scale, **properties}
        body = {
            "location": self.wanted.region,
            "tags": self.wanted.tags,
            "properties": {"computeType": "AmlCompute", "properties": inner},
        }
        try:
            yield id, self.send("PUT", id, ML, body)
        finally:
            self._gone(id)

    def _gone(self, id: str) -> None:
        for _ in self.until(timedelta(minutes=15)):
            try:
                self.azure.delete(id, ML, underlyingResourceAction="Delete")
            except AzureRefused as error:
                self.told.hint(str(error))  # it is still being made
                continue
            return


@dataclass(frozen=True, slots=True)
class Question:
    """`said` is what is taken for granted, `where` by whom, `how` the way it is asked. `first` is asked at an earlier
    moment; what it gives is in `Ground.kept` under the question's id."""

    id: str
    said: str
    where: str
    how: str
    when: Moment
    ask: Callable[[Ground], Answer]
    first: tuple[Moment, Callable[[Ground], Any]] | None = None
