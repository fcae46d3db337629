"""The keys that nodes of a pipeline have, by their type. Source: azure-ai-ml 1.35.2, `_schema/pipeline`."""

from __future__ import annotations

_ALL = frozenset(
    {
        "$schema",
        "type",
        "name",
        "display_name",
        "description",
        "tags",
        "properties",
        "comment",
        "inputs",
        "outputs",
        "experiment_name",
    }
)
_RUN = _ALL | {"component", "compute", "environment_variables", "resources", "identity", "services", "queue_settings"}

_COMMAND = _RUN | {"command", "code", "environment", "distribution", "limits"}
_PARALLEL = _RUN | {
    "task",
    "input_data",
    "logging_level",
    "max_concurrency_per_instance",
    "error_threshold",
    "mini_batch_error_threshold",
    "mini_batch_size",
    "partition_keys",
    "retry_settings",
    "environment",
}
_SWEEP = _RUN | {"trial", "objective", "search_space", "sampling_algorithm", "early_termination", "limits"}
_SPARK = _RUN | {
    "code",
    "entry",
    "py_files",
    "jars",
    "files",
    "archives",
    "conf",
    "args",
    "environment",
}

_KEYS = {"command": _COMMAND, "parallel": _PARALLEL, "sweep": _SWEEP, "spark": _SPARK, "pipeline": _RUN | {"settings"}}


def node_keys(type_: object) -> frozenset[str]:
    """The keys of a node; empty for types whose keys are not known here (AutoML, control flow)."""
    if type_ is None:
        return _COMMAND | _PARALLEL | _SWEEP | _SPARK | _KEYS["pipeline"]
    return _KEYS.get(str(type_), frozenset())
