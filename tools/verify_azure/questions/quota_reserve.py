"""Question: how much quota does an online deployment take?"""

from __future__ import annotations

from amlops.stacks.preflight.situation import reserved

from .question import Answer, Ground, Moment, Question
from .usages import families, family_of


def _before(ground: Ground) -> int:
    family, _ = family_of(ground, ground.wanted.size)
    return families(ground)[family][0]


def _ask(ground: Ground) -> Answer:
    before = int(ground.kept["quota-reserve"])
    family, cores = family_of(ground, ground.wanted.size)
    more = families(ground)[family][0] - before
    expected = reserved(1) * cores
    told = f"one instance of {cores} cores took {more} of {family}; {expected} are reckoned with"
    return Answer(told, more == expected, {"cores": cores, "taken": more, "expected": expected})


QUESTION = Question(
    id="quota-reserve",
    said="A deployment of n instances takes the cores of ceil(1.2 n), so preflight asks for as many",
    where="docs/azure.md 2; src/amlops/stacks/preflight/checks/quota.py",
    how="Usages before the first deployment and after it; wrong where somebody else deploys in the region meanwhile",
    when=Moment.SERVED,
    ask=_ask,
    first=(Moment.PLATFORM, _before),
)
