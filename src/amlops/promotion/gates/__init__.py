"""The gates, one a file, in the order in which they are shown."""

from __future__ import annotations

from .approval import Approval
from .base import Gate
from .error_budget import ErrorBudget
from .evidence_run import EvidenceRun
from .explanation_present import ExplanationPresent
from .fairness import Fairness
from .free_stage import FreeStage
from .input_schema_compatible import InputSchemaCompatible
from .latency import Latency
from .lineage_complete import LineageComplete
from .metric_floor import MetricFloor
from .metric_not_worse import MetricNotWorse
from .model_not_retired import ModelNotRetired
from .newer_release import NewerRelease
from .policy_clean import PolicyClean
from .soak import Soak
from .window import Window

GATES: tuple[Gate, ...] = (
    FreeStage(),
    NewerRelease(),
    Soak(),
    EvidenceRun(),
    LineageComplete(),
    PolicyClean(),
    ModelNotRetired(),
    MetricFloor(),
    MetricNotWorse(),
    Fairness(),
    ExplanationPresent(),
    InputSchemaCompatible(),
    Latency(),
    ErrorBudget(),
    Window(),
    Approval(),
)

__all__ = ["GATES", "Gate"]
