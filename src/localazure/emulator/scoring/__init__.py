"""Online deployments that really serve, and the front that divides an endpoint's requests among them.

It must not know ARM's request handling: the types online_endpoint and online_deployment call it.
"""

from .service import Scoring

__all__ = ["Scoring"]
