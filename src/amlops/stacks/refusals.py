"""Why the engine stopped, as far as something can be done about it: by the words of Azure, provider and engine."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from .engine import StackFailed


class Why(Enum):
    """`OTHER` is for a person to read."""

    EXISTS = "a resource is there that the state does not know"
    LATE_ROLE = "a role is missing, or not effective yet"
    TOO_LONG = "an operation was given up, and Azure may still be at it"
    BUSY = "an operation that began earlier still goes on"
    OTHER_PLAN = "the cloud is not as it was previewed"
    DELETED = "a deleted resource holds a name"
    OTHER = "something else"


_WORDS: Final[Mapping[Why, tuple[str, ...]]] = {
    Why.OTHER_PLAN: (
        "not allowed by the plan",
        "violates plan",
        "but none were seen",
        "no plan for resource",
        "a new resource plan",
    ),
    Why.DELETED: ("Soft-deleted workspace exists", "VaultAlreadyExists"),
    Why.EXISTS: ("already exists", "cannot create already existing"),
    Why.LATE_ROLE: ("AuthorizationFailed", "LinkedAuthorizationFailed"),
    Why.TOO_LONG: ("the operation's timeout leaves", "context deadline exceeded"),
    Why.BUSY: ("AnotherOperationInProgress",),
}
"""Sources: azure-ai-ml and azure-mgmt-*, as they know the answers; pulumi/pkg `resource/deploy`, step_generator.go and
deployment_executor.go; Go's package context."""


def why(error: StackFailed) -> Why:
    """The first that any of its failures is about, in the order above."""
    said = [failure.message for failure in error.failures] or [str(error)]
    for found, words in _WORDS.items():
        if any(word in text for word in words for text in said):
            return found
    return Why.OTHER
