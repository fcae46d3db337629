"""Gate: every request that what runs there understands is understood by the release too.

A caller sends each input that it sends today: so all of them must still be known, with the same type or one that holds
every value of it, and nothing may be required that wasn't. Source: the evaluation's inputs; types are MLflow's.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..proof import Evaluation
from ..situation import Situation
from ..verdict import Verdict
from .base import ModelGate

WIDER = {
    "integer": ("long", "float", "double"),
    "long": ("double",),
    "float": ("double",),
}
"""Types that take every value of a type. A long may lose digits as a double, but JSON's clients send no others."""


class InputSchemaCompatible(ModelGate):
    kind = "input-schema-compatible"

    def measured(self, now: Situation) -> Verdict:
        found = now.ours.evaluation
        if found is None:
            return self.unmeasured(now)
        if found.inputs is None:
            return self.failed("the evaluation does not say which inputs the model takes", found.path)
        before = now.theirs.evaluation if now.theirs else None
        if before is None or before.inputs is None:
            return self.passed(f"{len(found.inputs)} inputs; nothing runs there whose inputs are known", found.path)
        breaks = list(differences(before, found))
        if breaks:
            return self.failed(
                f"callers of {now.step.before.current} would fail: {'; '.join(breaks)}", found.path, before.path
            )
        return self.passed(
            f"all {len(before.inputs)} inputs of {now.step.before.current} are taken", found.path, before.path
        )


def differences(before: Evaluation, after: Evaluation) -> Iterator[str]:
    """What breaks callers."""
    old = {item.name: item for item in before.inputs or ()}
    new = {item.name: item for item in after.inputs or ()}
    for name, item in old.items():
        if name not in new:
            if not after.extra_inputs:
                yield f"{name} is not known any more"
            continue
        if new[name].type != item.type and new[name].type not in WIDER.get(item.type, ()):
            yield f"{name} was {item.type} and is {new[name].type}"
        if new[name].required and not item.required:
            yield f"{name} could be left out and can't any more"
    for name, item in new.items():
        if name not in old and item.required:
            yield f"{name} is required and new"
