"""What every failure that is told to people has in common."""

from __future__ import annotations

from amlops.errors import AmlopsError


def test_signature_in_an_address_is_never_told() -> None:
    """Clients tell the whole address of a host that they don't reach; whoever reads it could use it."""
    address = "https://a.blob.core.windows.net/dev-platform/x?sp=rw&sig=abc%2Bdef%3D&se=2026"
    said = str(AmlopsError(f'Get "{address}": dial tcp: no route; or url: {address.removesuffix("&se=2026")}'))
    assert "abc" not in said
    assert said.count("sig=…") == 2
    assert "&se=2026" in said
