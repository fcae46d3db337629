"""Deployment bodies: what is taken from them and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from localazure.emulator.arm.errors import ArmError
from localazure.emulator.scoring.spec import read

from .local_cloud import ENDPOINT

pytestmark = pytest.mark.emulator_only

BLUE = ENDPOINT.child("deployments", "blue")


def body(**changes: Any) -> dict[str, Any]:
    code = {"codeId": "c", "scoringScript": "score.py"}
    return {"properties": {"codeConfiguration": code, "environmentId": "e", **changes}}


def test_defaults_are_azures() -> None:
    """5 s a request, one at a time, probes every 10 s up to 30 failures; twice as many requests may wait."""
    spec = read(BLUE, body())
    assert (spec.timeout, spec.concurrency, spec.capacity, spec.pending) == (5.0, 1, 1, 2)
    assert spec.patience == 310.0


def test_startup_probe_adds_to_the_patience() -> None:
    """A container has the startup probe's time before the readiness probe's begins."""
    probe = {"initialDelay": "PT1M", "period": "PT10S", "failureThreshold": 3}
    assert read(BLUE, body(startupProbe=probe)).patience == 400.0


def test_what_does_nothing_is_noted() -> None:
    """Data collection and Application Insights are taken and named, for the log."""
    assert read(BLUE, body(dataCollector={"collections": {}}, appInsightsEnabled=True)).without == (
        "dataCollector",
        "appInsightsEnabled",
    )


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"codeConfiguration": None}, "BadArgument", "has no codeConfiguration"),
        ({"environmentId": None}, "BadArgument", "has no environmentId"),
        (
            {"environmentVariables": {"A": "${{azureml://connections/c}}"}},
            "SecretsInjectionError",
            "'A' refers to a secret",
        ),
        ({"environmentVariables": {"WORKER_COUNT": "many"}}, "BadArgument", "WORKER_COUNT is 'many'"),
        ({"requestSettings": {"requestTimeout": "5"}}, "BadArgument", "'5' is no duration"),
    ],
)
def test_what_cannot_be_served_is_refused(changes: dict[str, Any], code: str, message: str) -> None:
    """What the local Azure can't serve is said before anything starts."""
    with pytest.raises(ArmError, match=message) as refused:
        read(BLUE, body(**changes))
    assert refused.value.code == code


def test_only_what_a_process_sees_changes_the_content() -> None:
    """Tags, probes and timeouts need no new process; a variable does."""
    base = read(BLUE, body()).content
    assert read(BLUE, body(requestSettings={"requestTimeout": "PT9S"})).content == base
    assert read(BLUE, body(environmentVariables={"A": "b"})).content != base
