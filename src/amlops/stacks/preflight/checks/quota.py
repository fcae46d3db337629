"""Check: the region's quota holds what the plan makes, and a second deployment beside it for the next release.

Why: an online deployment takes a fifth more instances than it has, for upgrades; a cluster takes what it may grow to.
Source: how-to-manage-quotas; how-to-deploy-online-endpoints ("VM quota allocation").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...meaning import CREATE, DELETE
from ..check import Check
from ..finding import Finding
from ..situation import CLUSTER, DEPLOYMENT, NO_LIMIT, Planned, Situation, quota_name, reserved

TOTAL = "total"


class Quota(Check):
    id = "quota"

    def look(self, situation: Situation) -> Iterator[Finding]:
        asked = Counter[str]()
        surge: tuple[int, str, str] | None = None
        for item in situation.of(DEPLOYMENT):
            size = item.text("properties.instanceType") or item.text("properties.instanceType", old=True)
            known = situation.said.sizes.get(size.lower())
            if known is None:
                if item.made and situation.said.sizes and size:
                    yield self._no_size(item, size, situation)
                continue
            asked[known.family] += _more(item) * known.cores
            if item.made:
                cores = reserved(item.number("sku.capacity", 1)) * known.cores
                surge = max(surge or (0, "", ""), (cores, known.family, item.step.name))
        yield from self._too_much(asked, situation)
        if surge is not None and not any(self._too_much(asked, situation)):
            beside = asked + Counter({surge[1]: surge[0]})
            for text in self._lacking(beside, situation):
                message = f"there is no room for a second deployment of its size beside it: {text}"
                yield self.warned(surge[2], f"{message}; ask for more quota before the next release")
        yield from self._clusters(situation)

    def _clusters(self, situation: Situation) -> Iterator[Finding]:
        for item in situation.made(CLUSTER):
            size = item.text("properties.properties.vmSize") or item.text("properties.vmSize")
            known = situation.said.sizes.get(size.lower())
            if known is None:
                if situation.said.sizes and size:
                    yield self._no_size(item, size, situation)
                continue
            for path, severe in (("minNodeCount", True), ("maxNodeCount", False)):
                nodes = item.number(f"properties.properties.scaleSettings.{path}", 0)
                for text in self._lacking(Counter({known.family: nodes * known.cores}), situation):
                    say = self.refused if severe else self.warned
                    yield say(item.step.name, f"{nodes} nodes of {size} ({path}) don't fit: {text}")
                    break

    def _no_size(self, item: Planned, size: str, situation: Situation) -> Finding:
        known = ", ".join(sorted(situation.said.sizes)[:8])
        message = f'"{size}" is no size that Azure ML offers in {situation.region}; there are {known}, …'
        return self.refused(item.step.name, f"{message}; choose another")

    def _too_much(self, asked: Counter[str], situation: Situation) -> Iterator[Finding]:
        for text in self._lacking(asked, situation):
            todo = "ask for more quota, take fewer or smaller instances, or delete what is not used"
            yield self.refused(situation.stack.text, f"{text}; {todo}")

    def _lacking(self, asked: Counter[str], situation: Situation) -> Iterator[str]:
        """What the quota lacks for these cores by family, beside what is used."""
        for family, cores in sorted([*asked.items(), (TOTAL, sum(asked.values()))]):
            usage = situation.said.usages.get(quota_name(family))
            if usage is None or usage.limit == NO_LIMIT or cores <= 0 or usage.used + cores <= usage.limit:
                continue
            what = "all families together" if family == TOTAL else family
            yield (
                f"{cores} cores of {what} are needed in {situation.region}, with a fifth in reserve for upgrades, and "
                f"{max(0, usage.limit - usage.used)} of {usage.limit} are free"
            )


def _more(item: Planned) -> int:
    """Instances that the plan needs on top of what the deployment takes now."""
    before = 0 if item.step.operation == CREATE else reserved(item.number("sku.capacity", 1, old=True))
    after = 0 if item.step.operation == DELETE else reserved(item.number("sku.capacity", 1))
    return after - before
