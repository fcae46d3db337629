"""What is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of an action or a data-plane route."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
