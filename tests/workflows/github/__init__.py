"""A GitHub simulator: REST, git over HTTP, OIDC, App tokens, and the runs that events start.

It knows nothing of `amlops`. Every request and answer of its REST API is held to GitHub's own OpenAPI description; what
act ignores (filters, permissions, environments, concurrency) is enforced here.
"""

from __future__ import annotations

from .hub import Hub, Person
from .server import Fault, Server, serving

__all__ = ["Fault", "Hub", "Person", "Server", "serving"]
