"""The data plane of key vaults: secrets with their versions, read and written by whoever the vault lets.

It must not know ARM's request handling; the types key_vault and key_vault_secret share its form of a secret.
"""

from .plane import VaultPlane

__all__ = ["VaultPlane"]
