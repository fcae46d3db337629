"""Training: runs a deployment's job in an environment's workspace and gives the model that it registered.

It knows releases (how code and environments are published) and manifests; it knows nothing of Pulumi or stages.
"""

from __future__ import annotations

from .train import train

__all__ = ["train"]
