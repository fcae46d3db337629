"""The searcher for leaked secrets finds each form, wherever it lies, and nothing that isn't there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.canary import forms, leaks, leaks_below

CANARY = "cnr-7f3/9+Zq=Q!w x"


@pytest.mark.parametrize("form", forms(CANARY))
@pytest.mark.parametrize("before", [b"", b"{'a': '", b"\x00\xff" * 33, b"abc"])
def test_each_form_is_found(form: str, before: bytes) -> None:
    """Plain, base64 at any offset, URL-encoded, gzip, and gzip in base64; with anything around it."""
    assert leaks([CANARY], before + forms(CANARY)[form] + b"\nmore text") == {CANARY}


def test_what_is_not_there_is_not_found() -> None:
    """Other secrets, cut ones and noise are no leak."""
    noise = b"".join(forms("another-secret-of-some-length").values()) + CANARY[:-3].encode() * 5
    assert leaks([CANARY], noise) == set()


def test_files_are_named(tmp_path: Path) -> None:
    """Which file holds it is what whoever mends it needs."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "leak.log").write_bytes(b"x" + forms(CANARY)["gzip"])
    (tmp_path / "fine.log").write_text("nothing")
    assert leaks_below([CANARY], tmp_path) == {"a/leak.log": {CANARY}}
