"""Training and evaluation: runs a deployment's job in an environment's workspace and gives the model that it
registered; measures releases by the platform's own program.

It knows releases (how code and environments are published) and manifests; it knows nothing of Pulumi or stages.
"""

from __future__ import annotations

from .evaluate import evaluate
from .train import train

__all__ = ["evaluate", "train"]
