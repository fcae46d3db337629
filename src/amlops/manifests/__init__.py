"""Manifests: Azure ML CLI v2 YAML to ARM bodies, by the official client. Knows config; uploads and declares nothing."""

from __future__ import annotations

from .compile import Context, Manifest, compile_manifests, compiler
from .compiled import (
    LATEST,
    WORKSPACE,
    WORKSPACE_URI,
    AssetFile,
    Compiled,
    LocalAsset,
    OpenVersion,
    Resource,
    bound,
    replaced,
    workspace_id,
)

__all__ = [
    "LATEST",
    "WORKSPACE",
    "WORKSPACE_URI",
    "AssetFile",
    "Compiled",
    "Context",
    "LocalAsset",
    "Manifest",
    "OpenVersion",
    "Resource",
    "bound",
    "compile_manifests",
    "compiler",
    "replaced",
    "workspace_id",
]
