"""Rule: a label of a registry's asset is no version.

The official client passes `azureml://registries/…/labels/latest` on as it is, so each deployment would take whatever is
newest at that moment. `@latest` of the workspace's own assets is fine: a release resolves and locks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from amlops.config import Document, Problem

from ..compiled import Compiled
from ..kinds import Kind
from .walk import dotted, texts

_LABEL = re.compile(r"azureml://registries/[^/]+/(?P<kind>[^/]+)/(?P<name>[^/]+)/labels/", re.IGNORECASE)


def labels(document: Document, compiled: Compiled) -> Iterator[Problem]:
    """The same in what was compiled: labels that stand in files which the manifest includes."""
    for resource in compiled.resources:
        for _, text in texts(resource.body):
            if _LABEL.search(text):
                message = f'"{text}" is named by a file that it includes; a label moves; name a version there'
                yield document.problem((), message, "registry-label")


def registry_label(document: Document, kind: Kind, overrides: Mapping[str, str]) -> Iterator[Problem]:
    for loc, text in texts(document.data):
        match = _LABEL.search(text)
        if match:
            start = text[: match.end()].removesuffix("labels/")
            message = f'"{text}" is invalid as {dotted(loc)}; a label moves; name a version: {start}versions/<version>'
            yield document.problem(loc, message, "registry-label")
