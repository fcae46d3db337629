"""Refresh: what changed in the cloud, carried into the inputs, so that the next preview shows it.

The service adds defaults to what it stores, so new outputs cannot simply become inputs. As the vendor's plugin does,
what differs between the old outputs and the new ones is carried over, and only that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.pulumi.diff import same


def carry_drift(inputs: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with what differs from `old` to `new`; both are outputs in the form of inputs."""
    result = {name: value for name, value in inputs.items() if name in new or name not in old}
    for name, value in new.items():
        if name not in old:
            result[name] = value
        elif not same(name, old[name], value):
            result[name] = _carry(inputs[name], old[name], value) if name in inputs else value
    return result


def _carry(base: Any, old: Any, new: Any) -> Any:
    if isinstance(base, Mapping) and isinstance(old, Mapping) and isinstance(new, Mapping):
        return carry_drift(base, old, new)
    if isinstance(base, list) and isinstance(old, list) and isinstance(new, list):
        known = min(len(base), len(old))
        return [_carry(base[i], old[i], item) if i < known else item for i, item in enumerate(new)]
    return new
