"""Azure's built-in roles that bootstrap and the programs grant, by their ids (docs/azure.md 7)."""

from __future__ import annotations

from typing import Final

CONTRIBUTOR: Final = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER: Final = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
RBAC_ADMINISTRATOR: Final = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
DATA_SCIENTIST: Final = "f6c7c914-8db3-469d-8ca1-694a8f32e121"
COMPUTE_OPERATOR: Final = "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815"
REGISTRY_USER: Final = "1823dd4f-9b8c-4ab6-ab4e-7397a3684615"
ACR_PULL: Final = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
BLOB_DATA_CONTRIBUTOR: Final = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
BLOB_DATA_READER: Final = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
BLOB_DELEGATOR: Final = "db58b8e5-c6ad-4a2a-8342-4190687cbf4a"
"""May have signatures made, which its other roles bound. Source: azure-docs, "Storage Blob Delegator"."""
KEY_VAULT_ADMINISTRATOR: Final = "00482a5a-887f-4fb3-b363-3b7fe8e74483"
KEY_VAULT_SECRETS_OFFICER: Final = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
KEY_VAULT_SECRETS_USER: Final = "4633458b-17de-408a-b874-0445c86b69e6"
MANAGED_IDENTITY_OPERATOR: Final = "f1a07417-d97a-45cb-824c-7a7467783830"
"""May let a resource act as an identity."""
