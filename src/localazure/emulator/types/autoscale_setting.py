"""Autoscale settings: how a target's capacity is to follow its load. Kept and checked; nothing is scaled by them.

Source: azure-mgmt-monitor, AutoscaleSettingResource (2022-10-01); Azure Monitor, "Understand autoscale settings": one
setting a target, minimum <= default <= maximum, which are texts; ten rules a profile; windows of 5 minutes to 12 hours.
"""

from __future__ import annotations

from typing import Any

from ..arm.errors import ArmError, bad_request, conflict
from ..arm.ids import ArmId
from ..durations import required_seconds
from ..store import Body, Resource
from .base import Call, ResourceType

_MOST_RULES = 10
_MINUTE, _HOUR, _WEEK = 60, 3600, 7 * 86400


class AutoscaleSetting(ResourceType):
    type = "Microsoft.Insights/autoscalesettings"
    coverage_note = "kept and checked, scales nothing"

    def admit(self, call: Call) -> None:
        given = call.body["properties"]
        target = ArmId(str(given.get("targetResourceUri") or ""))
        if call.cloud.store.get(target) is None:
            raise bad_request(
                "BadRequest", f"The target resource '{target}' was not found.", target="properties.targetResourceUri"
            )
        for other in call.cloud.store.of_type(self.type):
            if other.id.key != call.id.key and ArmId(str(other.properties.get("targetResourceUri"))).key == target.key:
                raise conflict(
                    "Conflict",
                    f"The target '{target}' has the autoscale setting '{other.id.name}' already.",
                    target="properties.targetResourceUri",
                )
        if not given["profiles"]:
            raise bad_request("BadRequest", "The setting needs a profile.", target="properties.profiles")
        for number, profile in enumerate(given["profiles"]):
            _admit_profile(profile, f"properties.profiles[{number}]")

    def compose(self, call: Call) -> Resource:
        given: Body = {"enabled": False, "notifications": [], **call.body["properties"]}
        return Resource(call.id, {**call.body, "properties": {**given, "name": call.id.name}})


def _admit_profile(profile: Body, at: str) -> None:
    capacity = {
        name: _number(profile["capacity"], name, f"{at}.capacity") for name in ("minimum", "default", "maximum")
    }
    if not 0 <= capacity["minimum"] <= capacity["default"] <= capacity["maximum"]:
        raise bad_request(
            "BadRequest", f"minimum <= default <= maximum is needed; they are {capacity}.", target=f"{at}.capacity"
        )
    rules = profile.get("rules") or []
    if len(rules) > _MOST_RULES:
        raise bad_request("BadRequest", f"A profile has at most {_MOST_RULES} rules.", target=f"{at}.rules")
    for number, rule in enumerate(rules):
        trigger, action, here = rule["metricTrigger"], rule["scaleAction"], f"{at}.rules[{number}]"
        _within(trigger, "timeWindow", 5 * _MINUTE, 12 * _HOUR, f"{here}.metricTrigger")
        _within(trigger, "timeGrain", _MINUTE, 12 * _HOUR, f"{here}.metricTrigger")
        _within(action, "cooldown", _MINUTE, _WEEK, f"{here}.scaleAction")
        if action.get("value") is not None:
            _number(action, "value", f"{here}.scaleAction")


def _within(given: Body, name: str, low: float, high: float, at: str) -> None:
    length = required_seconds(str(given[name]), f"{at}.{name}")
    if not low <= length <= high:
        raise bad_request(
            "BadRequest", f"'{given[name]}' is too short or too long: {low:g} to {high:g} s.", target=f"{at}.{name}"
        )


def _number(given: Body, name: str, at: str) -> int:
    value: Any = given[name]
    if not str(value).isdecimal():
        raise _no_number(value, f"{at}.{name}")
    return int(value)


def _no_number(value: Any, at: str) -> ArmError:
    return bad_request("BadRequest", f"'{value}' is no whole number, written as a text.", target=at)
