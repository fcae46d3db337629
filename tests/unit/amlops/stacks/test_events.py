"""What is made of the engine's events."""

from __future__ import annotations

from pulumi.automation import DiagnosticEvent, EngineEvent

from amlops.stacks.events import Heard, short

URN = "urn:pulumi:local::azureml::amlops:infra:Storage$azure-native:storage:StorageAccount::storage"


def _said(message: str, severity: str = "error", urn: str | None = None) -> EngineEvent:
    diagnostic = DiagnosticEvent(message=message, color="never", severity=severity, urn=urn)
    return EngineEvent(sequence=1, timestamp=1, diagnostic_event=diagnostic)


def _heard(*events: EngineEvent) -> tuple[Heard, list[str]]:
    lines: list[str] = []
    heard = Heard(lines.append, lambda _: None)
    for event in events:
        heard(event)
    return heard, lines


def test_plugins_from_path_are_no_news() -> None:
    """The local environment means to use them; other warnings are told."""
    ambient = "<{%fg 3%}>warning: <{%reset%}>using pulumi-resource-azure-native from $PATH at /x/plugins/p"
    _, lines = _heard(_said(ambient, "warning"), _said("warning: the disk is nearly full", "warning"))
    assert lines == ["warning: the disk is nearly full"]


def test_failure_says_which_resource_and_why() -> None:
    """Colours are taken off, and the engine's own summary is no second failure."""
    heard, _ = _heard(
        _said("<{%fg 1%}>error: <{%reset%}>status 409: the name is taken", urn=URN), _said("update failed", urn=URN)
    )
    assert [str(failure) for failure in heard.failures] == ["StorageAccount storage: status 409: the name is taken"]


def test_traceback_of_a_program_becomes_its_last_line() -> None:
    """Users see what happened, not the frames of Pulumi's SDK."""
    trace = (
        "error: Program failed with an unhandled exception:\n"
        "Traceback (most recent call last):\n"
        '  File "x.py", line 1, in <module>\n'
        "    main()\n"
        "ValueError: no such team"
    )
    heard, _ = _heard(_said(trace))
    assert [failure.message for failure in heard.failures] == ["ValueError: no such team"]


def test_resource_is_shown_by_type_and_name() -> None:
    """The rest of a URN says nothing to a reader."""
    assert short(URN) == "StorageAccount storage"
