"""Releases: made from manifests, published to the registry, locked in files; and the stages that name them.

It knows manifests and config; it knows nothing of Pulumi, stacks or promotion. Importing it loads no client of Azure:
`render` and `publish` are in modules of their own.
"""

from __future__ import annotations

from .loader import load_release, load_stage, release_ids, release_of, stage_of
from .release import Asset, Provenance, Release
from .stage import Stage
from .writer import release_text, stage_text, write_release, write_stage

__all__ = [
    "Asset",
    "Provenance",
    "Release",
    "Stage",
    "load_release",
    "load_stage",
    "release_ids",
    "release_of",
    "release_text",
    "stage_of",
    "stage_text",
    "write_release",
    "write_stage",
]
