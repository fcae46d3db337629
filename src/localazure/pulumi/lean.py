"""Pulumi's protocol without Pulumi's SDK.

`import pulumi.runtime.proto` runs the whole SDK first (0.4 to 1 s, OpenTelemetry included). A run of the engine starts
one provider and two language hosts, and these need only the generated messages until a program runs; so their
processes make the parent packages bare.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

_PACKAGES = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")
_BARE = "localazure: bare package"


def import_protocol_alone() -> None:
    """Register `pulumi`, `pulumi.runtime` and `pulumi.runtime.proto` as bare packages.

    Does nothing where the SDK is imported already.
    """
    if "pulumi" in sys.modules:
        return
    found = importlib.util.find_spec("pulumi")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("pulumi is not installed in this environment", name="pulumi")
    folder = Path(found.submodule_search_locations[0])
    for name in _PACKAGES:
        package = ModuleType(name, _BARE)
        package.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package


def make_room_for_sdk() -> None:
    """Forget the bare packages, so that the next `import pulumi` gives the whole SDK.

    The messages stay the same classes: protobuf keeps one for each descriptor.
    """
    known = sys.modules.get("pulumi")
    if known is None or known.__doc__ != _BARE:
        return
    for name in [m for m in sys.modules if m == "pulumi" or m.startswith("pulumi.")]:
        del sys.modules[name]
