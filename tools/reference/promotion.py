"""The page of promotion: the files behind it, and every gate with what it guards."""

from __future__ import annotations

import sys

from amlops.config import BreakGlass, Promotion
from amlops.config.promotion_loader import BREAK_GLASS_SCHEMA, PROMOTION_SCHEMA
from amlops.promotion.gates import GATES, Gate

from .page import GENERATED, Page, code, table
from .settings import described

HEAD = f"""# Promotion

{GENERATED}

## promotion.yaml

`environments/promotion.yaml`. The first line is `# yaml-language-server: $schema={PROMOTION_SCHEMA}`. What gates need
to know of one deployment stands in its `about.yaml` ([gates](about.md)); where both name a limit the stricter one
counts.
"""

GLASS = f"""## break-glass.yaml

`environments/break-glass.yaml`, written by `amlops break-glass`. The first line is
`# yaml-language-server: $schema={BREAK_GLASS_SCHEMA}`. An entry counts while its commit is signed, it has not expired,
and nobody closed it.
"""

GATE = """## Gates

Each passes, fails or waits, with a reason. `enter`: the next release comes into the first environment; `advance`: what
runs in one environment comes into the next; `retire`: the previous release goes.
"""


def promotion_page() -> Page:
    lines, undescribed = described(Promotion, "promotion")
    glass, undescribed_too = described(BreakGlass, "break_glass")
    rows, findings = [], [*undescribed, *undescribed_too]
    for gate in GATES:
        said = meaning(gate)
        if not said:
            where = f"src/{type(gate).__module__.replace('.', '/')}.py:1"
            text = 'the first line is not "Gate: …"; say what it guards [undescribed-gate]'
            findings.append(f"{where}: {text}")
        skips = "yes" if gate.skippable else "no"
        rows.append((code(gate.kind), ", ".join(gate.moves), said, skips))
    gates = table(("gate", "guards", "passes when", "glass breaks it"), rows)
    return Page("\n".join([HEAD, *lines, GATE, *gates, GLASS, *glass]), tuple(findings))


def meaning(gate: Gate) -> str:
    """The first sentence of its file."""
    said = " ".join((sys.modules[type(gate).__module__].__doc__ or "").partition("\n\n")[0].split())
    return said.removeprefix("Gate: ") if said.startswith("Gate: ") else ""
