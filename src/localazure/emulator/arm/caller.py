"""Who calls: the token of a request, and the principal that it stands for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: object id, application id and tenant of a verified token."""

    object_id: str
    app_id: str
    tenant_id: str


def bearer(header: str) -> str | None:
    """The token that an Authorization header carries; None where it carries none, or something else."""
    scheme, _, token = header.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
