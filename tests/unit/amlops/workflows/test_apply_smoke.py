"""Whose smoke test stops an apply."""

from __future__ import annotations

import pytest

from amlops.workflows.apply.apply_smoke import Asked


@pytest.mark.parametrize(
    ("role", "passed", "stops"),
    [
        ("current", False, True),
        ("current", True, False),
        ("candidate", False, False),
        ("previous", False, False),
    ],
)
def test_only_what_users_get_stops_an_apply(role: str, passed: bool, stops: bool) -> None:
    """A candidate, and what traffic may go back to, is asked again before it gets any; here it is only told."""
    asked = Asked("60c746df0471", role, passed, "" if passed else "the endpoint answered 424")
    assert asked.stops is stops
    assert ("does not pass" in str(asked)) is not passed
