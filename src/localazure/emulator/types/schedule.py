"""Schedules: kept and answered. Their trigger does not run yet, which the coverage page says."""

from __future__ import annotations

from ..store import Resource
from .base import Call, ResourceType


class Schedule(ResourceType):
    type = "Microsoft.MachineLearningServices/workspaces/schedules"
    coverage_note = "kept, but its trigger does not run yet"

    def compose(self, call: Call) -> Resource:
        properties = {"isEnabled": True, **(call.body.get("properties") or {}), "provisioningState": "Succeeded"}
        return Resource(call.id, {**call.body, "properties": properties})
