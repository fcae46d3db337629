"""Moves an endpoint's traffic and asks it for answers. It knows no stacks and no Pulumi."""

from __future__ import annotations

from .endpoint import EndpointState, Place, read_endpoint
from .keys import primary_key
from .smoke import ask
from .traffic import give_all_traffic

__all__ = ["EndpointState", "Place", "ask", "give_all_traffic", "primary_key", "read_endpoint"]
