"""The key that signs tokens: made at the first start, then the same, so that tokens outlive a restart."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .store import Store


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What signs the tokens, and its name in the key set."""

    private: Any
    public: Any
    id: str


def key(store: Store) -> SigningKey:
    """The store's key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    kept = store.record("key", "tokens")
    if kept is None:
        made = rsa.generate_private_key(65537, 2048)
        pem = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        kept = {"pem": pem, "kid": secrets.token_hex(10)}
        store.set_record("key", "tokens", kept)
    private = serialization.load_pem_private_key(kept["pem"].encode(), None)
    return SigningKey(private, private.public_key(), kept["kid"])
