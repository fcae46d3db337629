"""Paging: pages by nextLink, with a token that only we understand."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from localazure.emulator.arm.errors import ArmError
from localazure.emulator.arm.paging import page
from localazure.emulator.arm.resource_list import conditions

pytestmark = pytest.mark.spec_example


def test_every_item_once() -> None:
    """Following nextLink to its end gives all items in order; the query's other arguments stay."""
    query: dict[str, str] = {"api-version": "2025-04-01", "$filter": "name eq 'a b'"}
    seen: list[int] = []
    while True:
        found = page(range(7), "https://127.0.0.1:1", "/subscriptions/s/resources", query, 3)
        seen += found["value"]
        if "nextLink" not in found:
            break
        link = urlsplit(found["nextLink"])
        assert link.path == "/subscriptions/s/resources"
        query = {name: values[0] for name, values in parse_qs(link.query).items()}
        assert query["$filter"] == "name eq 'a b'"
    assert seen == list(range(7))


@pytest.mark.parametrize("token", ["5", "b2Zmc2V0OnR3bw==", "%%%", "bm90OjU="])
def test_a_token_that_is_not_ours(token: str) -> None:
    """400, whatever it is."""
    with pytest.raises(ArmError) as raised:
        page(range(7), "", "", {"$skip": token})
    assert (raised.value.status, raised.value.code) == (400, "InvalidSkipToken")


def test_a_filter() -> None:
    """`eq`, joined by `and`; everything else is 400 with what is understood."""
    found = conditions("resourceType eq 'Microsoft.KeyVault/vaults' and tagName eq 'it''s'")
    assert found == {"resourcetype": "microsoft.keyvault/vaults", "tagname": "it's"}
    assert conditions("") == {}
    for text in ("name ne 'a'", "colour eq 'red'", "name eq 'a' or name eq 'b'", "startswith(name, 'a')"):
        with pytest.raises(ArmError, match="joined by and"):
            conditions(text)
