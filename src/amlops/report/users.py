"""What those notice who call an endpoint or work in a workspace: sentences, from what runs before and after.

Pure. Where nothing is noticed the answer is one sentence that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from amlops.releases import Stage

from .facts import Step

_NOTICED = {
    "authMode": "callers have to authenticate differently",
    "publicNetworkAccess": "the network that callers come from changes",
}
"""Properties of an endpoint that callers depend on, by their first word below `properties`."""

_HELD = {
    "Workspace": "the workspace",
    "Registry": "the registry",
    "StorageAccount": "the storage and all data in it",
    "Vault": "the key vault and all secrets in it",
    "Compute": "a compute",
}
"""What people lose with a resource, by the last word of its type."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A deployment in an environment before the change and after it. `steps` and `mirror` are the rollout's."""

    before: Stage
    after: Stage
    steps: tuple[int, ...] = (100,)
    mirror: int = 0


def seen_by_users(changes: Sequence[Step], serving: Serving | None = None) -> tuple[str, ...]:
    """One or more sentences without a full stop at the end."""
    found = [*_lost(changes), *_unreached(changes)]
    if serving is not None:
        found += _served(serving)
    found += _of_endpoint(changes)
    return tuple(dict.fromkeys(found)) or ("nobody notices",)


def _served(serving: Serving) -> Iterator[str]:
    before, after = serving.before, serving.after
    if after.candidate is not None and after.candidate != before.candidate:
        steps = " → ".join(f"{step} %" for step in serving.steps)
        mirrored = f"mirrored at {serving.mirror} %, then " if serving.mirror else ""
        against = f" beside {after.current}" if after.current else ""
        yield (
            f"release {after.candidate} is tried{against}: {mirrored}{steps} of the requests, each step judged; "
            "where it is worse, the requests go back by themselves"
        )
    if before.current is None and after.current is not None:
        yield f"a new endpoint answers, with release {after.current}"
    elif after.current is None and before.current is not None:
        yield f"the endpoint stops answering: release {before.current} is taken away"
    elif before.current != after.current and after.current is not None:
        if after.current == before.candidate:
            yield f"release {after.current}, which was tried, is the one that counts"
        elif after.current == before.previous:
            yield f"all requests go back to release {after.current}"
        else:
            yield f"all requests go to release {after.current} in place of {before.current}"
    gone = set(before.running) - set(after.running)
    for release in sorted(gone - {before.current}):
        rejected = ", which was rejected," if release in after.rejected else ""
        yield f"release {release}{rejected} is taken away; it has no requests any more"


def _of_endpoint(changes: Sequence[Step]) -> Iterator[str]:
    for step in changes:
        kind = _kind(step)
        if kind == "OnlineEndpoint":
            if step.operation == "replace":
                yield "the endpoint is made anew: it is away meanwhile, and its keys change"
            elif step.operation == "delete":
                yield "the endpoint is deleted: callers get no answer any more"
            elif step.operation == "update":
                for word, sentence in _NOTICED.items():
                    if any(word in path for path in (*step.paths, *step.replace_reasons)):
                        yield sentence
        elif kind == "OnlineDeployment" and step.operation == "replace":
            yield f"{_name(step)} is made anew: it serves nothing meanwhile"
        elif kind == "OnlineDeployment" and step.operation == "update" and any("properties" in p for p in step.paths):
            yield f"{_name(step)} rolls in place, 20 % of its nodes at a time"


def _lost(changes: Sequence[Step]) -> Iterator[str]:
    for step in changes:
        what = _HELD.get(_kind(step))
        if what and step.operation == "delete":
            yield f"{what} is deleted ({_name(step)})"
        elif what and step.operation == "replace":
            yield f"{what} is made anew ({_name(step)}); what was in it is gone"


def _unreached(changes: Sequence[Step]) -> Iterator[str]:
    """A private endpoint keeps its name, so the new one is made when the old one is gone."""
    ways = [step for step in changes if _kind(step) == "PrivateEndpoint"]
    for operation, end in (("delete", "for good"), ("replace", "until the new one is there")):
        if named := ", ".join(sorted(_name(step) for step in ways if step.operation == operation)):
            yield f"who comes by a private endpoint is shut out {end}: {named}"


def _kind(step: Step) -> str:
    return step.type.rsplit(":", 1)[-1]


def _name(step: Step) -> str:
    return step.urn.rsplit("::", 1)[-1]
