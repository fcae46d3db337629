"""One value of a YAML file changes, and not a character besides."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from amlops.errors import AmlopsError
from amlops.workflows.drift.yaml_edit import with_value

TEXT = """\
# yaml-language-server: $schema=schemas/environment.json
description: "Quoted: with a colon"   # why

platform:
  workspace: {display_name: Machine learning, managed_network: disabled}
  monitoring: {}
  vault:
    # keep this
    keep_deleted_days: 7  # days
  compute:
    cpu:
      size: Standard_DS3_v2
      max_nodes: 4
tags:
  cost-center: '47''12'
list: [1, 2]
"""
SHOWN = Path("environments/dev.yaml")


def changed(*keys: str, value: str | int | bool) -> list[str]:
    """The lines that differ, with their sign."""
    found = with_value(TEXT, SHOWN, keys, value)
    diff = difflib.unified_diff(TEXT.splitlines(), found.splitlines(), n=0, lineterm="")
    return [line for line in diff if not line.startswith(("---", "+++", "@@"))]


def test_a_value_is_replaced_and_its_comment_stays() -> None:
    """Plain, quoted, in a flow map."""
    assert changed("platform", "vault", "keep_deleted_days", value=90) == [
        "-    keep_deleted_days: 7  # days",
        "+    keep_deleted_days: 90  # days",
    ]
    assert changed("description", value="other words")[1] == '+description: "other words"   # why'
    assert changed("tags", "cost-center", value="1")[1] == '+  cost-center: "1"'
    assert changed("platform", "workspace", "managed_network", value="allow-internet-outbound")[1] == (
        "+  workspace: {display_name: Machine learning, managed_network: allow-internet-outbound}"
    )


def test_a_missing_key_is_added_below_its_map() -> None:
    """With its siblings' indentation; an empty map is opened."""
    assert changed("platform", "compute", "cpu", "min_nodes", value=1) == ["+      min_nodes: 1"]
    assert changed("platform", "monitoring", "retention_days", value=90) == [
        "-  monitoring: {}",
        "+  monitoring:",
        "+    retention_days: 90",
    ]
    assert changed("platform", "vault", "purge_protection", value=True) == ["+    purge_protection: true"]


@pytest.mark.parametrize("word", ["yes", "null", "1.5", "a: b", "- x", "#x", 'say "x"', "back\\slash", "0x10", ""])
def test_what_yaml_would_read_otherwise_is_quoted(word: str) -> None:
    """The value that is read back is the value that was meant."""
    assert changed("description", value=word)


@pytest.mark.parametrize("keys", [("nothing", "here"), ("platform", "compute"), ("list", "x"), ("new",), ("platform",)])
def test_what_needs_more_than_a_line_is_refused(keys: tuple[str, ...]) -> None:
    """A map that isn't there, a list, a new key at the top: a person writes that."""
    with pytest.raises(AmlopsError, match="write it by hand"):
        with_value(TEXT, SHOWN, keys, 3)
