"""The edge to Azure: credential, endpoint, CA and proxy from variables, ARM by plain requests, vaults, blob storage.

It knows no Pulumi, no git and no environment files; it is told ids and names.
"""

from __future__ import annotations

from .arm import AzureRefused
from .edge import ARM_SCOPE, ML_SCOPE, Azure
from .waiting import poll_seconds

__all__ = ["ARM_SCOPE", "ML_SCOPE", "Azure", "AzureRefused", "poll_seconds"]
