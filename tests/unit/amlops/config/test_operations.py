"""How long an operation of Azure's may take."""

from __future__ import annotations

import pytest

from amlops.config.operations import LONGEST, operation_minutes
from amlops.errors import AmlopsError


def test_an_hour_unless_somebody_says_otherwise() -> None:
    """Parts of a minute are for tests."""
    assert operation_minutes({}) == operation_minutes({"AMLOPS_OPERATION_MINUTES": ""}) == LONGEST
    assert operation_minutes({"AMLOPS_OPERATION_MINUTES": "0.1"}) == 0.1


@pytest.mark.parametrize("text", ["0", "-1", "soon", "inf", "nan"])
def test_what_is_no_span_is_refused(text: str) -> None:
    """Exit code 2, with the variable's name."""
    with pytest.raises(AmlopsError, match="AMLOPS_OPERATION_MINUTES") as caught:
        operation_minutes({"AMLOPS_OPERATION_MINUTES": text})
    assert caught.value.exit_code == 2
