"""Gate: the stack was applied in the environment before without a finding of policy that nothing excepts.

Source: evidence of that stack's last apply.
"""

from __future__ import annotations

from amlops.config import gates as asked

from ..situation import Situation
from ..verdict import Verdict
from .base import Gate


class PolicyClean(Gate):
    kind = "policy-clean"

    def decide(self, now: Situation) -> Verdict:
        stack, applied = f"{now.step.source}.{now.step.deployment}", now.ours.applied
        if applied is None:
            return self.waits(f"no apply of {stack} is recorded yet")
        if applied.findings is None:
            return self.failed(f"the last apply of {stack} does not say what policy found", applied.path)
        counted = ("error",) if self.settings(now, asked.PolicyClean).warnings else ("error", "warning")
        open_ = sorted({rule for severity, rule, excepted in applied.findings if severity in counted and not excepted})
        if open_:
            return self.failed(f"policy found {', '.join(open_)} in {stack}", applied.path)
        excepted = sum(1 for _, _, covered in applied.findings if covered)
        note = f"; {excepted} excepted" if excepted else ""
        return self.passed(f"policy found nothing that counts in {stack}{note}", applied.path)
