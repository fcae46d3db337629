"""The search for leaked secrets finds what is planted, in every form, and nothing else."""

from __future__ import annotations

import base64
import gzip
from urllib.parse import quote

import pytest
from tests.workflows.leaks import leaks

SECRET = "Zq8/kX+4~vT2:pLm9=wRcY"
"""With characters that base64 and URLs write otherwise."""


@pytest.mark.parametrize(
    "planted",
    [
        SECRET.encode(),
        quote(SECRET, safe="").encode(),
        *(base64.b64encode(b"x" * before + SECRET.encode() + b"after") for before in range(4)),
        base64.urlsafe_b64encode(SECRET.encode()),
        gzip.compress(f"a long text with {SECRET} in it".encode()),
        base64.b64encode(gzip.compress(f"a long text with {SECRET} in it, and some more of it".encode())),
    ],
    ids=["plain", "url", "base64-0", "base64-1", "base64-2", "base64-3", "base64-url", "gzip", "gzip in base64"],
)
def test_a_planted_secret_is_found(planted: bytes) -> None:
    """In the middle of other text; only its first characters are told."""
    assert leaks([("log", b"before " + planted + b" after")], [SECRET, "another-secret"]) == ["log: Zq8/…"]


def test_what_is_no_secret_is_not_found() -> None:
    """Other texts, other packed texts, and bytes that only look like gzip."""
    packed = gzip.compress(b"nothing here")
    texts = [("a", b"nothing"), ("b", packed), ("c", b"\x1f\x8b\x08 no gzip"), ("d", base64.b64encode(packed * 3))]
    assert leaks(texts, [SECRET]) == []
