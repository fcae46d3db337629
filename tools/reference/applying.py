"""The page of applies: what preflight looks at, one check a file, and what permissions.yaml may say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import amlops.stacks.preflight.checks as folder
from amlops.config.permissions import PermissionsFile
from amlops.config.permissions_loader import PERMISSIONS_SCHEMA
from amlops.stacks.guard import STATEFUL
from amlops.stacks.preflight import all_checks

from .page import GENERATED, Page, code, table
from .settings import keys

HEAD = f"""# What stops an apply

{GENERATED}

`amlops apply STACK` stops before it changes anything where preflight, [the policy](policy.md) or the guard say so; one
run names all reasons at once. [What to do then](../how-to/unlock.md).

The guard compares the live preview with what git explains, and asks for a permission where data would be lost: when
one of {", ".join(code(kind) for kind in sorted(STATEFUL))} is deleted or replaced.
"""

_DOCSTRING = re.compile(r"Check: (?P<check>[^\n]+)\n\nWhy: (?P<why>.+)\nSource: (?P<source>.+)", re.DOTALL)


def apply_page() -> Page:
    rows, findings = [], []
    for item in all_checks():
        file = Path(folder.__path__[0]) / f"{item.id.replace('-', '_')}.py"
        match = _DOCSTRING.fullmatch(ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "")
        if match is None:
            text = "the docstring lacks Check:, Why: or Source:; write them [undescribed-check]"
            findings.append(f"src/amlops/stacks/preflight/checks/{file.name}:1: {text}")
            continue
        rows.append((code(item.id), *(_sentence(part) for part in match.groups())))
    lines = [HEAD, "## Preflight", "", *table(("check", "what holds", "why", "source"), rows)]
    found = list(keys(PermissionsFile))
    first = f"The first line is `# yaml-language-server: $schema={PERMISSIONS_SCHEMA}`."
    lines += ["## environments/permissions.yaml", "", first, ""]
    lines += table(
        ("key", "type", "default", "meaning"),
        ((one.shown, one.type, one.default or "required", one.meaning) for one in found),
    )
    findings += [
        f'src/amlops/config/permissions.py:1: "{one.path}" has no description; write a docstring [undescribed-key]'
        for one in found
        if not one.meaning
    ]
    return Page("\n".join(lines), tuple(findings))


def _sentence(part: str) -> str:
    text = " ".join(part.split())
    return text[:1].upper() + text[1:]
