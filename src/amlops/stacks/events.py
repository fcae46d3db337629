"""The engine's events, read: what is told while it runs, what changed, and what went wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi.automation import DiagnosticEvent, EngineEvent, StepEventMetadata

_COLOUR = re.compile(r"<\{%.*?%\}>")
_AMBIENT = re.compile(r"using pulumi-\S+ from \$PATH|^resource plugin .* is expected to have version")
"""Warnings of every run with plugins from PATH, which is what the local environment means to use."""

_SUMMARIES = ("update failed", "preview failed", "refresh failed", "destroy failed")
"""What the engine adds when something else failed already."""

_DOING = {
    "create": "creating",
    "update": "updating",
    "delete": "deleting",
    "replace": "replacing",
    "create-replacement": "creating anew",
    "delete-replaced": "deleting the old",
    "import": "importing",
    "refresh": "reading",
    "read": "reading",
}
_DECLARED = ("same", "create", "update", "create-replacement", "import", "import-replacement")
"""Operations whose new state is what the program wants; a replacement's other steps say the same again."""

_QUIET = ("same", "refresh", "read", "read-replacement", "read-discard", "discard-replaced", "remove-pending-replace")


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a preview or an update. `keys` are the property paths that differ, `replaces` those of them that cost
    a replacement. `inputs` are what the program declares (of a deletion: what it declared), secrets blinded; what a
    preview can't know yet is left out or an opaque word. `old` are those of the state, where there is one."""

    urn: str
    type: str
    operation: str
    keys: tuple[str, ...] = ()
    parent: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    old: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""

    @property
    def name(self) -> str:
        return short(self.urn)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of the engine, at a resource where `urn` is not empty."""

    urn: str
    message: str

    def __str__(self) -> str:
        return (
            f"{short(self.urn)}: {self.message}" if self.urn and "pulumi:pulumi:Stack" not in self.urn else self.message
        )


@dataclass(slots=True)
class Heard:
    """Collects one run of the engine. `hint` gets what goes on, `line` what is worth keeping.

    `changes` are the steps that change something, in order; `declared` every resource that the program declares, by
    URN, unchanged ones (`same`) too. `settles`: the state alone would change, as where protection is lifted. `states`
    are Azure's own words for how each resource is (`provisioningState`), by URN. `stale`: a preview that refreshes
    found something otherwise than the state has it.
    """

    line: Callable[[str], None]
    hint: Callable[[str], None]
    counts: dict[str, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    declared: dict[str, Change] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    settles: bool = False
    stale: bool = False

    def __call__(self, event: EngineEvent) -> None:
        if event.diagnostic_event is not None:
            self._diagnostic(event.diagnostic_event)
        elif event.resource_pre_event is not None:
            self._begins(event.resource_pre_event.metadata)
        elif event.res_outputs_event is not None:
            self._ended(event.res_outputs_event.metadata)
        elif event.summary_event is not None:
            counted = event.summary_event.resource_changes
            self.counts = {str(getattr(op, "value", op)): int(number) for op, number in counted.items()}

    def _diagnostic(self, event: DiagnosticEvent) -> None:
        text = _COLOUR.sub("", event.message).strip()
        if not text or _AMBIENT.search(text) or event.ephemeral:
            return
        if event.severity == "error":
            of_resource = event.urn and "pulumi:pulumi:Stack" not in event.urn
            said = text.removeprefix("error: ")
            said = said if of_resource else _without_traceback(said)
            if said not in _SUMMARIES:
                self.failures.append(Failure(event.urn or "", said))
        elif event.severity in ("warning", "info#err"):
            self.line(text)
        elif event.severity == "info":
            self.hint(text.splitlines()[0])

    def _begins(self, step: StepEventMetadata) -> None:
        operation = str(getattr(step.op, "value", step.op))
        state: Any = step.new or step.old
        change = Change(
            urn=step.urn,
            type=step.type,
            operation=operation,
            keys=tuple(sorted(step.detailed_diff or step.diffs or ())),
            parent=getattr(state, "parent", "") or "",
            inputs=getattr(state, "inputs", None) or {},
            replaces=_replacing(step),
            old=getattr(step.old, "inputs", None) or {},
            id=getattr(step.old, "id", "") or "",
        )
        if operation in _DECLARED:
            self.declared[step.urn] = change
        if operation == "same" and step.old is not None and step.new is not None:
            self.settles |= bool(step.old.protect) is not bool(step.new.protect)
        if operation not in _QUIET:
            self.changes.append(change)
            self.hint(f"{_DOING.get(operation, operation)} {short(step.urn)}")

    def _ended(self, step: StepEventMetadata) -> None:
        operation = str(getattr(step.op, "value", step.op))
        state = _provisioning(getattr(step.new, "outputs", None) or {})
        if state:
            # what was read comes first; what would be afterwards a preview can't know
            self.states.setdefault(step.urn, state)
        if operation == "refresh" and step.old is not None:
            # what was begun and is done by now: the state has it as failed, and would have it updated
            unfinished = bool(step.old.init_errors)
            self.stale |= unfinished or step.new is None or step.new.inputs != step.old.inputs
        if operation not in _QUIET and step.type.startswith("azure-native:"):
            self.hint(f"{short(step.urn)} done")


def _provisioning(outputs: Mapping[str, Any]) -> str:
    """Some types have it among their properties, some beside them; most that are made at once have none."""
    properties = outputs.get("properties")
    for place in (outputs, properties if isinstance(properties, Mapping) else {}):
        if isinstance(place.get("provisioningState"), str):
            return str(place["provisioningState"])
    return ""


def _replacing(step: StepEventMetadata) -> tuple[str, ...]:
    """The paths that cost a replacement; where the provider gave none, the engine's keys: names of the top only."""
    detailed = step.detailed_diff or {}
    fine = {path for path, diff in detailed.items() if str(getattr(diff.diff_kind, "value", "")).endswith("-replace")}
    tops = {re.split(r"[.\[]", path)[0] for path in fine}
    return tuple(sorted(fine | (set(step.keys or ()) - tops)))


def _without_traceback(text: str) -> str:
    """A program that raises is told of by its traceback; its last line says what happened.

    Not for what a resource's provider says: a deployment's failure quotes the log of the user's own script.
    """
    if "Traceback (most recent call last)" not in text:
        return text
    frames = [line for line in text.splitlines() if line and not line.startswith((" ", "Traceback"))]
    return frames[-1] if frames else text


def short(urn: str) -> str:
    """A resource as people say it: type without module's prefix, and name."""
    parts = urn.split("::")
    if len(parts) < 4:
        return urn
    return f"{parts[2].rsplit('$', 1)[-1].rsplit(':', 1)[-1]} {parts[3]}"
