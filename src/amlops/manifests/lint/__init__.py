"""What the official client lets pass and we don't: one rule a file, each from a document to problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from amlops.config import Document, Problem

from ..kinds import Kind
from .credentials import credentials
from .names import names
from .pipeline import pipeline
from .registry_label import labels, registry_label

__all__ = ["RULES", "labels", "lint"]

Rule = Callable[[Document, Kind, Mapping[str, str]], Iterator[Problem]]

RULES: tuple[Rule, ...] = (names, registry_label, credentials, pipeline)


def lint(document: Document, kind: Kind, overrides: Mapping[str, str]) -> Iterator[Problem]:
    """Every problem of every rule. `overrides` are the keys that the caller sets in place of the file."""
    for rule in RULES:
        yield from rule(document, kind, overrides)
