"""Check: endpoints and deployments stay within Azure's limits of region and endpoint, and the environment's own.

Why: above them Azure answers OutOfQuota, which only a support request mends.
Source: how-to-manage-quotas: 100 endpoints and 500 deployments in a subscription's region, 20 deployments an endpoint,
50 instances a deployment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...meaning import DELETE
from ..check import Check
from ..finding import Finding
from ..situation import DEPLOYMENT, ENDPOINT, Situation

ENDPOINTS, DEPLOYMENTS, OF_ENDPOINT, INSTANCES = 100, 500, 20, 50


class Limits(Check):
    id = "limits"

    def look(self, situation: Situation) -> Iterator[Finding]:
        said, where = situation.said, situation.stack.text
        in_region = f"in {situation.region}, of this subscription"
        rows = [
            (ENDPOINT, said.endpoints, ENDPOINTS, f"online endpoints {in_region}"),
            (DEPLOYMENT, said.deployments, DEPLOYMENTS, f"deployments {in_region}"),
            (DEPLOYMENT, said.endpoint_deployments, OF_ENDPOINT, "deployments of one endpoint"),
        ]
        for kind, there, most, what in rows:
            after = (there or 0) + situation.growth(kind)
            if there is not None and situation.growth(kind) > 0 and after > most:
                todo = "delete what is not used, or spread over regions"
                yield self.refused(where, f"there would be {after} {what}; Azure's limit is {most}; {todo}")
        yield from self._own(situation)
        for item in situation.of(DEPLOYMENT):
            instances = item.number("sku.capacity", 1)
            if item.step.operation != DELETE and instances > INSTANCES:
                message = f"{instances} instances; Azure's limit of one deployment is {INSTANCES}; take larger ones"
                yield self.refused(item.step.name, message)

    def _own(self, situation: Situation) -> Iterator[Finding]:
        settings, there = situation.environment.settings.platform, situation.said.here
        if settings is None or there is None or situation.growth(ENDPOINT) <= 0:
            return
        after, most = there + situation.growth(ENDPOINT), settings.limits.endpoints
        if after > most:
            file = f"environments/{situation.environment.name}.yaml"
            message = f"there would be {after} online endpoints; limits.endpoints of {file} is {most}"
            yield self.refused(situation.stack.text, f"{message}; raise it, or retire an endpoint")
