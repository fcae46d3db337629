"""The command line of a job: `${{inputs.x}}`, `${{outputs.y}}` and optional blocks `$[[ … ]]` are filled in.

Source: azure-ai-ml, validation of a command's inputs; CLI v2 reference, "Optional inputs in the command line".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$\{\{\s*(inputs|outputs)\.([\w.-]+)\s*\}\}")
_BLOCK = re.compile(r"\$\[\[(.*?)\]\]", re.DOTALL)


def fill(command: str, inputs: Mapping[str, str | None], outputs: Mapping[str, str]) -> str:
    """The command as bash gets it. Values go in as they are, as in Azure; a block whose input has no value is dropped.

    Raises KeyError for a name that `unknown` would have told of.
    """

    def value(found: re.Match[str]) -> str:
        kind, name = found.groups()
        text = inputs[name] if kind == "inputs" else outputs[name]
        return "" if text is None else text

    def block(found: re.Match[str]) -> str:
        names = [name for kind, name in _REFERENCE.findall(found[1]) if kind == "inputs"]
        return found[1] if all(inputs.get(name) is not None for name in names) else ""

    return _REFERENCE.sub(value, _BLOCK.sub(block, command))


def unknown(command: str, inputs: Mapping[str, object], outputs: Mapping[str, object]) -> list[str]:
    """References to inputs or outputs that the job doesn't have, optional blocks aside, in their order."""
    required = _BLOCK.sub("", command)
    known = {"inputs": inputs, "outputs": outputs}
    missing = [f"{kind}.{name}" for kind, name in _REFERENCE.findall(required) if name not in known[kind]]
    return list(dict.fromkeys(missing))
