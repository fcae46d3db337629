"""Which namespaces a subscription is registered for: all, unless `unregister` or a test says otherwise."""

from __future__ import annotations

from .store import Store

REGISTERED, NOT_REGISTERED = "Registered", "NotRegistered"
_KIND = "registration"


def state(store: Store, subscription: str, namespace: str) -> str:
    """`Registered` or `NotRegistered`."""
    return str(store.record(_KIND, f"{subscription}/{namespace}") or REGISTERED)


def is_registered(store: Store, subscription: str, namespace: str) -> bool:
    return state(store, subscription, namespace) == REGISTERED


def set_state(store: Store, subscription: str, namespace: str, wanted: str) -> None:
    """Raises ValueError for a state there is not."""
    if wanted not in (REGISTERED, NOT_REGISTERED):
        raise ValueError(f"{wanted!r} is no state; use {REGISTERED} or {NOT_REGISTERED}")
    store.set_record(_KIND, f"{subscription}/{namespace}", wanted)


def all_states(store: Store) -> dict[str, str]:
    """What was ever set, by `subscription/namespace` in lower case."""
    return {key: str(found) for key, found in store.records(_KIND).items()}
