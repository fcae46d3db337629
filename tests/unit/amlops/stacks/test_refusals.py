"""What can be done where the engine stopped."""

from __future__ import annotations

import pytest

from amlops.stacks import StackFailed, StackName
from amlops.stacks.events import Failure
from amlops.stacks.refusals import Why, why

STACK = StackName("dev", "dev", "platform")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("cannot create already existing resource '/subscriptions/s/x'; import it", Why.EXISTS),
        ("status 403: AuthorizationFailed: the client has no permission", Why.LATE_ROLE),
        ("status 403: RequestDisallowedByPolicy: tags are missing", Why.OTHER),
        ("create is not allowed by the plan: no steps were expected for this resource", Why.OTHER_PLAN),
        ("resource urn:x violates plan: properties changed: ~~traffic", Why.OTHER_PLAN),
        ("expected resource operations for urn:x but none were seen", Why.OTHER_PLAN),
        ("BadRequest: Soft-deleted workspace exists. Please purge or recover it.", Why.DELETED),
        ("OutOfQuota: too many cores", Why.OTHER),
    ],
)
def test_reason_is_known_by_its_words(said: str, reason: Why) -> None:
    """Those of Azure, of the provider and of the engine; of several the one that explains the rest."""
    assert why(StackFailed(STACK, "brought up", [Failure("", "no matter"), Failure("urn", said)], "")) is reason
    assert why(StackFailed(STACK, "brought up", [], said)) is reason
