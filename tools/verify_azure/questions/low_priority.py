"""Question: are low-priority machines still given?"""

from __future__ import annotations

from .question import Answer, Ground, Moment, Question


def _ask(ground: Ground) -> Answer:
    with ground.probe("lowprio", {"vmPriority": "LowPriority"}) as (_, said):
        if said.status < 300:
            return Answer(f"a cluster of them is taken: {said.status}", False, said.as_dict())
        return Answer(f"refused: {said.status} {said.code}: {said.message}", True, said.as_dict())


QUESTION = Question(
    id="low-priority",
    said="Low-priority machines were retired on 2026-03-31, though the SDK still takes low_priority",
    where="docs/azure.md 10; the policy's rule low-priority",
    how="PUT of an idle cluster with vmPriority LowPriority, deleted at once",
    when=Moment.PLATFORM,
    ask=_ask,
)
