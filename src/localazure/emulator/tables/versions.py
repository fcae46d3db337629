"""The api-version of a request, checked as ARM checks it."""

from __future__ import annotations

from collections.abc import Sequence

from ..arm.errors import bad_request


def check(resource_type: str, asked: str | None, known: Sequence[str]) -> None:
    """Raises ArmError 400. Source: "Resolve errors for resource type not found" and ARM's own words."""
    if not asked:
        raise bad_request(
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    if asked in known:
        return
    supported = ", ".join(known)
    namespace, _, name = resource_type.partition("/")
    if namespace == "Microsoft.Resources":
        raise bad_request(
            "InvalidApiVersionParameter",
            f"The api-version '{asked}' is invalid. The supported versions are '{supported}'.",
        )
    raise bad_request(
        "NoRegisteredProviderFound",
        f"No registered resource provider found for API version '{asked}' for type '{name or namespace}'. "
        f"The supported api-versions are '{supported}'.",
    )
