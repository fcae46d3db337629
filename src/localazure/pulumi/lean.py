"""Pulumi's protocol without Pulumi's SDK.

`import pulumi.runtime.proto` runs the whole SDK first (0.6 s, OpenTelemetry included). Each run of the engine starts a
provider, and the provider needs only the generated messages; so its process makes the parent packages bare.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def import_protocol_alone() -> None:
    """Register `pulumi`, `pulumi.runtime` and `pulumi.runtime.proto` as bare packages.

    Does nothing where the SDK is imported already. Only for a process that runs no Pulumi program.
    """
    if "pulumi" in sys.modules:
        return
    found = importlib.util.find_spec("pulumi")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("pulumi is not installed in this environment", name="pulumi")
    folder = Path(found.submodule_search_locations[0])
    for name in ("pulumi", "pulumi.runtime", "pulumi.runtime.proto"):
        package = ModuleType(name)
        package.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
