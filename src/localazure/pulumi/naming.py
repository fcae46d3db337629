"""A name for a resource that the program leaves unnamed.

The engine's random seed decides the random part, so that an update plan holds and a repeated run gives the same name.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from enum import Enum

from localazure.pulumi.rules.defaults import Naming

RANDOM_DIGITS = 8
CREATE_BEFORE_DELETE = "__createBeforeDelete"
"""Input that remembers a random name: only then may a replacement be created before the old one is deleted."""


class Mode(Enum):
    """How far the engine's auto-naming configuration binds the provider."""

    PROPOSE = 0
    ENFORCE = 1
    DISABLE = 2


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the engine's auto-naming configuration says for one resource."""

    name: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Name:
    """A made name; `random`: nobody else can have it, so two can live side by side."""

    text: str
    random: bool


def make_name(logical: str, seed: bytes, how: Naming, proposal: Proposal | None) -> Name | None:
    """The name, or None where the configuration switches auto-naming off."""
    if proposal is not None:
        if proposal.mode is Mode.DISABLE:
            return None
        if proposal.mode is Mode.ENFORCE or how != "uuid":
            return Name(proposal.name, random=True)
    if how == "copy":
        return Name(logical, random=False)
    if how == "uuid":
        return Name(str(uuid.UUID(_digits(seed, "", 32))), random=True)
    return Name(logical + _digits(seed, logical, RANDOM_DIGITS), random=True)


def _digits(seed: bytes, logical: str, count: int) -> str:
    if not seed:
        return secrets.token_hex(count // 2)
    return hashlib.sha512(seed + logical.encode()).hexdigest()[:count]
