"""A monitor's alarm, asked for as `amlops release` asks: by the jobs that carry its tag."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from amlops.workflows.release.alarm import BREACHED, TAG, standing_alarm
from tests.contract.jobs.workspace import Workspace
from tests.contract.test_azure_edge import azure_of

pytestmark = pytest.mark.client


def test_an_alarm_stands_until_a_training_follows_it(lab: Workspace) -> None:
    """The newest run of the monitor that found something; runs of others, and runs that found nothing, are none."""
    azure = azure_of(lab.cloud)
    assert standing_alarm(azure, lab.id, "churn-drift", None) is None
    lab.submit("true", displayName="churn-drift-20261201T080000Z", tags={TAG: "all is well"})
    lab.submit("true", displayName="churn-drift-prod-20261201T080000Z", tags={TAG: f"drift {BREACHED}"})
    lab.submit("true", displayName="churn-drift-20261202T080000Z")
    assert standing_alarm(azure, lab.id, "churn-drift", None) is None
    first = lab.submit("true", displayName="churn-drift-20261203T080000Z", tags={TAG: f"drift {BREACHED}"})
    found = standing_alarm(azure, lab.id, "churn-drift", None)
    assert found is not None
    assert (found.job, BREACHED in found.said) == (first, True)
    assert isinstance(found.at, datetime)
    assert standing_alarm(azure, lab.id, "churn-drift", found.at - timedelta(hours=1)) == found
    assert standing_alarm(azure, lab.id, "churn-drift", found.at) is None
