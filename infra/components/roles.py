"""Azure's built-in roles that the programs grant (AZURE.md 7)."""

from __future__ import annotations

from typing import Final

CONTRIBUTOR: Final = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER: Final = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
DATA_SCIENTIST: Final = "f6c7c914-8db3-469d-8ca1-694a8f32e121"
COMPUTE_OPERATOR: Final = "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815"
REGISTRY_USER: Final = "1823dd4f-9b8c-4ab6-ab4e-7397a3684615"
ACR_PULL: Final = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
BLOB_DATA_CONTRIBUTOR: Final = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
BLOB_DATA_READER: Final = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
KEY_VAULT_ADMINISTRATOR: Final = "00482a5a-887f-4fb3-b363-3b7fe8e74483"
