"""Operations of the monitor provider that belong to no resource of its own: metrics of another resource."""

from __future__ import annotations

from collections.abc import Mapping

from ..arm.errors import ArmError, not_found
from ..monitor import metrics
from ..store import Resource
from .base import Action, Call, Reply, ResourceType


class Insights(ResourceType):
    type = "Microsoft.Insights"

    def actions(self) -> Mapping[str, Action]:
        return {"GET metrics": _metrics, "GET metricDefinitions": _definitions, "GET metricNamespaces": _namespaces}


async def _metrics(call: Call) -> Reply:
    return Reply(200, metrics.answer(call.cloud, _measured(call), call.query))


async def _definitions(call: Call) -> Reply:
    return Reply(200, {"value": metrics.defined(_measured(call))})


async def _namespaces(call: Call) -> Reply:
    """One, which is called as the resource's type."""
    resource = _measured(call)
    namespace = {
        "id": f"{resource.id.text}/providers/microsoft.insights/metricNamespaces/{resource.type.replace('/', '-')}",
        "type": "Microsoft.Insights/metricNamespaces",
        "name": resource.type,
        "classification": "Platform",
        "properties": {"metricNamespaceName": resource.type},
    }
    return Reply(200, {"value": [namespace] if metrics.defined(resource) else []})


def _measured(call: Call) -> Resource:
    """The resource whose metrics are asked for. Raises ArmError 404, and 501 for a whole subscription's."""
    scope = call.params["scope"]
    found = call.cloud.store.get(scope)
    if found is not None:
        return found
    if call.cloud.settings.has_subscription(scope.strip("/").removeprefix("subscriptions/")):
        raise ArmError(501, "NotImplemented", "The local Azure has metrics of single resources only.")
    raise not_found(scope)
