"""ISO 8601 durations."""

from __future__ import annotations

import pytest

from localazure.emulator.arm.errors import ArmError
from localazure.emulator.durations import required_seconds, seconds

pytestmark = pytest.mark.spec_example


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PT5S", 5.0),
        ("PT0.5S", 0.5),
        ("PT0S", 0.0),
        ("PT1M30S", 90.0),
        ("PT3H", 10800.0),
        ("P1DT1H", 90000.0),
        ("P1DT1S", 86401.0),
    ],
)
def test_what_adds_up(text: str, value: float) -> None:
    """Days, hours, minutes and seconds add up."""
    assert seconds(text) == required_seconds(text, "properties.x") == value


@pytest.mark.parametrize("text", ["", "P", "PT", "5", "5s", "P1M", "PT-5S"])
def test_what_is_no_duration(text: str) -> None:
    """Anything else is none, and is refused with the place it stands at where one is needed."""
    assert seconds(text) is None
    with pytest.raises(ArmError) as refused:
        required_seconds(text, "properties.x")
    assert (refused.value.code, refused.value.target) == ("BadArgument", "properties.x")
