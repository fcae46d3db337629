"""Who calls: the token of a request."""

from __future__ import annotations


def bearer(header: str) -> str | None:
    """The token that an Authorization header carries; None where it carries none, or something else."""
    scheme, _, token = header.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
