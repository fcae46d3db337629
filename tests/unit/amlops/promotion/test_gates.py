"""Every gate: what it lets through, what it keeps, and what it says. A case is a file: how it differs from a step that
passes, and what is expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.amlops.promotion.situations import BASE, DATA, NEW, OLD, read_case, situation

from amlops.config.gates import KINDS
from amlops.promotion import judge
from amlops.promotion.gates import GATES
from amlops.promotion.verdict import outcome

CASES = sorted((*(DATA / "ok" / "gates").glob("*.yaml"), *(DATA / "err" / "gates").glob("*.yaml")))
BY_KIND = {gate.kind: gate for gate in GATES}


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_gate_says_what_the_case_expects(path: Path) -> None:
    """Verdict and reason, in one sentence on one line; what fails or passes by evidence names it."""
    now, state, text = read_case(path)
    verdict = BY_KIND[path.stem.partition(".")[0]].decide(now)
    assert verdict.state == state, verdict.reason
    assert text in verdict.reason
    assert "\n" not in verdict.reason
    assert not verdict.reason.endswith(".")


def test_every_gate_has_a_good_and_a_bad_case() -> None:
    """A gate that no case breaks is a gate that nobody has seen working."""
    for side in ("ok", "err"):
        seen = {path.stem.partition(".")[0] for path in CASES if path.parent.parent.name == side}
        assert seen == set(BY_KIND)


def test_gates_are_those_that_can_be_asked_for() -> None:
    """promotion.yaml asks for a gate by its kind; the others follow from other keys, or are always asked."""
    assert set(BY_KIND) == {*KINDS, "soak", "window", "approval", "free-stage", "newer-release"}
    assert [gate.kind for gate in GATES if not gate.skippable] == ["free-stage", "newer-release"]


def test_a_step_that_keeps_everything_passes() -> None:
    """All gates that are asked for are shown, in their order."""
    judged = judge(situation({}))
    assert judged.state == "pass"
    assert [verdict.gate for verdict in judged.verdicts] == [
        gate.kind for gate in GATES if gate.kind not in ("window", "approval")
    ]
    assert judged.why == "all gates pass"


def test_only_gates_that_are_asked_for_count() -> None:
    """An environment that asks for nothing still waits for the soak, and has one candidate at a time."""
    judged = judge(situation({"promoted": {"gates": {"replace": {}}}}))
    assert [verdict.gate for verdict in judged.verdicts] == ["free-stage", "newer-release", "soak"]


def test_failing_outranks_waiting() -> None:
    """What fails is said, though something else would have to be waited for."""
    judged = judge(situation({"now": "2026-12-01T09:00:00Z", "ours": {"evaluation": {"metrics": {"rmse": 99}}}}))
    assert judged.state == "fail"
    assert judged.why.startswith("metric-floor: rmse is 99")
    assert outcome([]) == "pass"


def test_a_retirement_is_guarded_by_its_soak_alone() -> None:
    """The previous release goes whatever windows and gates say."""
    stage = {"current": NEW, "previous": OLD}
    judged = judge(
        situation({"move": "retire", "stage": stage, "promoted": {"approvals": {"count": 1, "teams": ["a"]}}})
    )
    assert [(verdict.gate, verdict.state) for verdict in judged.verdicts] == [("soak", "pass")]


GLASS = {
    "deployment": "wine",
    "environment": "staging",
    "gates": ["soak", "metric-floor"],
    "reason": "what runs answers nonsense",
    "by": "Ada",
    "opened": "2026-12-01T08:30:00Z",
    "expires": "2026-12-01T10:00:00Z",
}


def test_broken_glass_skips_its_gates_and_says_so() -> None:
    """Each gate that it names counts as passed, with the reason, what the gate said and when it ends."""
    bad = {"now": "2026-12-01T09:00:00Z", "ours": {"evaluation": {"metrics": {"rmse": 63}}}, "theirs": None}
    judged = judge(situation({**bad, "glass": {"case-1": GLASS}}))
    skipped = {verdict.gate: verdict.reason for verdict in judged.verdicts if verdict.skipped_by == "case-1"}
    assert set(skipped) == {"soak", "metric-floor"}
    assert "skipped by case-1 until 2026-12-01T10:00:00Z (what runs answers nonsense)" in skipped["soak"]
    assert "rmse is 63" in skipped["metric-floor"]
    later = judge(situation({**bad, "now": "2026-12-01T10:00:00Z", "glass": {"case-1": GLASS}}))
    assert later.state == "fail"


@pytest.mark.parametrize("change", [{"deployment": "beer"}, {"environment": "prod"}, {"gates": ["window"]}])
def test_broken_glass_skips_nothing_else(change: dict[str, object]) -> None:
    """Neither another deployment, nor another environment, nor a gate that it doesn't name."""
    now = situation({"now": "2026-12-01T09:00:00Z", "glass": {"case-1": {**GLASS, **change}}})
    assert judge(now).state == "wait"


def test_no_glass_makes_a_stage_impossible() -> None:
    """A second candidate can't come in, whatever was broken."""
    glass = {**GLASS, "expires": "2026-12-02T10:00:00Z"}
    judged = judge(situation({"stage": {"candidate": "1" * 12}, "glass": {"case-1": glass}}))
    assert judged.why.startswith("free-stage: staging is rolling out 111111111111")


def test_the_base_of_all_cases_is_in_order() -> None:
    """Cases say how they differ from it, so it must pass by itself."""
    assert BASE["move"] == "advance"
    assert judge(situation({})).as_dict()["state"] == "pass"
