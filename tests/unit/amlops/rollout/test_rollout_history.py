"""A rollout's history: which minutes belong to which step, its sentence, and the picture."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from tests.unit.amlops.rollout.moments import at, minutes

from amlops.rollout.figures import NOTHING
from amlops.rollout.history import History, phases_of
from amlops.rollout.plot import plot
from amlops.rollout.record import Record
from amlops.rollout.step import Step
from amlops.rollout.words import summary

OURS, THEIRS = minutes("10:00", 30, 60, 3, 40), minutes("09:58", 33, 500, 0, 20)
RECORD = (
    Record("r-R2", at("09:59"), ())
    .then(Step(mirror=20), at("09:59:30"))
    .then(Step(10), at("10:10:20"))
    .then(None, at("10:20:40"), "it <failed> & went")
)


def history(*, verdict: str = "rejected", old: str | None = "R1", empty: bool = False) -> History:
    ours, theirs = (NOTHING, NOTHING) if empty else (OURS, THEIRS)
    ended = at("10:24")
    return History(
        deployment="wine",
        environment="prod",
        endpoint="cml-wine-prod",
        release="R2",
        old=old,
        verdict="healthy" if verdict == "healthy" else "rejected",
        reason="it <failed> & went",
        began=at("09:59"),
        ended=ended,
        phases=() if empty else phases_of(RECORD, ended, ours, theirs),
        ours=ours,
        theirs=theirs,
    )


def test_each_minute_belongs_to_one_step() -> None:
    """No request is counted twice and none is left out: the minute of a change counts for what it changed to."""
    phases = history().phases
    assert [str(phase) for phase in phases] == ["a mirror of 20 %", "10 %", "back"]
    assert [len(phase.ours.minutes) for phase in phases] == [10, 10, 5]
    assert phases[1].ours.minutes[0].at == at("10:10")


@pytest.mark.parametrize(
    ("verdict", "old", "sentence"),
    [
        ("rejected", "R1", "healthy on R1; R2 rejected because it <failed> & went"),
        ("healthy", "R1", "healthy on R2; R1 is kept as previous"),
        ("healthy", None, "healthy on R2"),
    ],
)
def test_its_end_is_a_sentence(verdict: str, old: str | None, sentence: str) -> None:
    """What runs now, and why the other one doesn't."""
    assert history(verdict=verdict, old=old).sentence == sentence


def test_evidence_holds_what_gates_read() -> None:
    """`verdict`, `old`, and `measured.candidate` with requests, error rate and latency in ms."""
    found = history().as_dict()
    measured = found["measured"]["candidate"]
    assert measured == {"requests": 1800, "errors": 90, "error_rate": 0.05, "p95_ms": 40.0}
    assert (found["verdict"], found["old"], found["began"]) == ("rejected", "R1", "2026-12-01T09:59:00Z")
    assert found["minutes"][5]["candidate"] == {"requests": 60, "errors": 3, "p95_ms": 40}
    assert [step["live"] for step in found["steps"]] == [0, 10, 0]


@pytest.mark.parametrize("empty", [False, True])
def test_picture_is_whole_and_safe(empty: bool) -> None:
    """Well-formed SVG with the sentence in it, nothing from elsewhere, and also where nothing was measured."""
    text = plot(history(empty=empty))
    root = ElementTree.fromstring(text)
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == history().sentence
    assert not [element for element in root.iter() if element.tag.endswith(("script", "image", "use"))]
    assert "href" not in text
    lines = [element for element in root.iter() if element.tag.endswith("polyline")]
    assert bool(lines) is not empty


def test_picture_stays_on_its_page() -> None:
    """Whatever was measured, no line leaves the picture."""
    root = ElementTree.fromstring(plot(history()))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for line in (element for element in root.iter() if element.tag.endswith("polyline")):
        for point in line.attrib["points"].split():
            x, y = (float(part) for part in point.split(","))
            assert 0 <= x <= width
            assert 0 <= y <= height


def test_summary_is_a_table_of_the_steps() -> None:
    """The sentence, a row a step with both deployments, and the picture where it has an address."""
    text = summary(history(), "https://example.com/plot.svg")
    assert "healthy on R1; R2 rejected because" in text
    assert "| 10 % | 10:10:20 | 600 | 30 | 40 ms | 5000 | 0 | 20 ms |" in text
    assert "![traffic, errors and latency](https://example.com/plot.svg)" in text
    assert "![" not in summary(history(), None)
