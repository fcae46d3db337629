"""Errors as ARM answers them: `{"error": {"code", "message", "target", "details"}}`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ArmError(Exception):
    """An answer that is an error.

    Source: Azure REST API guidelines, "Error condition responses"; the classes below name the codes ARM uses.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Sequence[dict[str, Any]] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message, self.target = status, code, message, target
        self.details, self.headers = list(details), headers or {}

    def body(self) -> dict[str, Any]:
        """The JSON body, as clients parse it."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target is not None:
            error["target"] = self.target
        if self.details:
            error["details"] = self.details
        return {"error": error}


def bad_request(
    code: str, message: str, *, target: str | None = None, details: Sequence[dict[str, Any]] = ()
) -> ArmError:
    """400: the request itself is wrong, and sending it again will not help."""
    return ArmError(400, code, message, target=target, details=details)


def not_found(resource_id: str) -> ArmError:
    """404 `ResourceNotFound`, with ARM's own words."""
    return ArmError(404, "ResourceNotFound", f"The Resource '{resource_id}' was not found.", target=resource_id)


def conflict(code: str, message: str, *, target: str | None = None) -> ArmError:
    """409: the resource's state forbids it now."""
    return ArmError(409, code, message, target=target)


def forbidden(principal: str, action: str, scope: str) -> ArmError:
    """403 `AuthorizationFailed`, with ARM's own words."""
    return ArmError(
        403,
        "AuthorizationFailed",
        f"The client '{principal}' with object id '{principal}' does not have authorization to perform action "
        f"'{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh "
        "your credentials.",
    )
