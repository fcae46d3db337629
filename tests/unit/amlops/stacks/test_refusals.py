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
        ("BadRequest: Soft-deleted workspace exists. Please purge or recover it.", Why.DELETED),
        ("OutOfQuota: too many cores", Why.OTHER),
        ("1 error occurred: the operation's timeout leaves 0 s, 1 needed", Why.TOO_LONG),
        ('Status=409 Code="AnotherOperationInProgress" Message="wait"', Why.BUSY),
    ],
)
def test_reason_is_known_by_its_words(said: str, reason: Why) -> None:
    """Those of Azure, of the provider and of the engine; of several the one that explains the rest."""
    assert why(StackFailed(STACK, "brought up", [Failure("", "no matter"), Failure("urn", said)], "")) is reason
    assert why(StackFailed(STACK, "brought up", [], said)) is reason


def test_what_follows_from_a_failure_is_no_reason() -> None:
    """An update plan complains of every step that was not tried because another one failed: only that one is told."""
    unseen = Failure("urn:y", "expected resource operations for urn:y but none were seen")
    assert why(StackFailed(STACK, "brought up", [unseen], "")) is Why.OTHER_PLAN
    failed = StackFailed(STACK, "brought up", [unseen, Failure("urn:x", "OutOfQuota: too many cores"), unseen], "")
    assert why(failed) is Why.OTHER
    assert "none were seen" not in str(failed)
    assert [failure.urn for failure in failed.failures] == ["urn:x"]
