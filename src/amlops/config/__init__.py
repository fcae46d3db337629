"""What environments and deployments are, read from git and checked. It knows no cloud, no Pulumi and no manifests."""

from __future__ import annotations

from .about import About
from .break_glass import BreakGlass, BrokenGlass
from .closed import Closed, parse
from .deployed import deployments_of
from .document import Document, read_document
from .environment import Autoscale, Cluster, Environment, EnvironmentFile, Registry
from .loader import load_about, load_abouts, load_environment
from .names import PLATFORM, RELEASE, Names
from .problems import ConfigError, Problem
from .promotion import Promoted, Promotion
from .promotion_loader import load_break_glass, load_promotion
from .repository import LOCAL, Repository
from .rollout import Rollout

__all__ = [
    "LOCAL",
    "PLATFORM",
    "RELEASE",
    "About",
    "Autoscale",
    "BreakGlass",
    "BrokenGlass",
    "Closed",
    "Cluster",
    "ConfigError",
    "Document",
    "Environment",
    "EnvironmentFile",
    "Names",
    "Problem",
    "Promoted",
    "Promotion",
    "Registry",
    "Repository",
    "Rollout",
    "deployments_of",
    "load_about",
    "load_abouts",
    "load_break_glass",
    "load_environment",
    "load_promotion",
    "parse",
    "read_document",
]
