"""Online serving as a service of the cloud: deployments by resource id, what they served last on record."""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Mount

from ..arm.errors import bad_request
from ..arm.ids import ArmId
from ..store import Resource
from . import spec
from .deployment import SERVER_LOG, STORAGE_LOG, Deployment
from .front import Front
from .requests import Requests

if TYPE_CHECKING:
    from ..workshop import Workshop

_KIND = "serving"  # the body that last served, by deployment id
_LOGS = {"InferenceServer": SERVER_LOG, "StorageInitializer": STORAGE_LOG}  # ContainerType of the ARM model


class Scoring:
    """What online_endpoint and online_deployment need, and the front's routes."""

    def __init__(self, cloud: Workshop, *, serves: bool = True) -> None:
        """`serves` False: deployments are taken as they are, nothing runs for them, their requests are answered 503."""
        self._cloud, self.serves = cloud, serves
        self._deployments: dict[str, Deployment] = {}
        self.requests = Requests(cloud.store)
        self._front = Front(cloud, self._deployments, self.requests)

    async def start(self) -> None:
        """Nothing to start: deployments come back by `restore`."""

    async def stop(self) -> None:
        await self._front.stop()
        self.requests.flush()
        await asyncio.gather(*(deployment.end() for deployment in self._deployments.values()))

    def routes(self) -> list[BaseRoute]:
        return [Mount("/inference", app=self._front)]

    async def deploy(self, resource: Resource) -> None:
        """Serve a deployment as its body says. Raises ArmError; what it served before goes on then.

        Returns once the new server takes the requests. Cancelling leaves no process behind.
        """
        wanted = spec.read(resource.id, resource.body)
        if not self.serves:
            return
        found = self._deployments.get(resource.id.key)
        deployment = found or Deployment(self._cloud, wanted, self._folder(resource.id))
        await deployment.replace(wanted)
        self._deployments[resource.id.key] = deployment
        served = {"id": resource.id.text, "body": {k: resource.body.get(k) for k in ("properties", "sku")}}
        self._cloud.store.set_record(_KIND, resource.id.key, served)

    async def retire(self, resource_id: ArmId) -> None:
        """End a deployment and remove its files."""
        found = self._deployments.pop(resource_id.key, None)
        self._cloud.store.drop_record(_KIND, resource_id.key)
        if found is not None:
            await found.end()
        await asyncio.to_thread(shutil.rmtree, self._folder(resource_id), ignore_errors=True)

    async def restore(self, resource_id: ArmId) -> None:
        """After a start of the emulator: serve again what served last. Its requests wait until it does."""
        kept = self._cloud.store.record(_KIND, resource_id.key)
        if kept is None or resource_id.key in self._deployments or not self.serves:
            return
        wanted = spec.read(resource_id, kept["body"])
        deployment = Deployment(self._cloud, wanted, self._folder(resource_id))
        self._deployments[resource_id.key] = deployment
        deployment.watch()

    def logs(self, resource_id: ArmId, container: str, tail: int) -> str:
        """The last `tail` lines of a container's log; raises ArmError 400 for a container there is not."""
        found = next((name for name in _LOGS if name.lower() == container.lower()), None)
        if found is None:
            raise bad_request("BadArgument", f"There is no container '{container}'; take {' or '.join(_LOGS)}.")
        path = self._folder(resource_id) / _LOGS[found]
        if not path.exists():
            return ""
        with path.open(errors="replace") as file:
            return "".join(deque(file, tail))

    def _folder(self, resource_id: ArmId) -> Path:
        endpoint = resource_id.parent
        digest = hashlib.sha256(resource_id.key.encode()).hexdigest()[:8]
        name = f"{endpoint.name if endpoint else ''}.{resource_id.name}.{digest}"
        return self._cloud.home / "deployments" / re.sub(r"[^A-Za-z0-9._-]", "_", name)
