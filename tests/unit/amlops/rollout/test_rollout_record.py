"""The tags by which another runner goes on: written, read, and never longer than Azure allows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.amlops.rollout.moments import at

from amlops.config.rollout import TAG_PREFIX
from amlops.rollout.record import (
    LONGEST,
    Entry,
    Marks,
    Record,
    Wish,
    begin_tags,
    settled_tags,
    short,
    verdict_tags,
)
from amlops.rollout.step import Step

CANDIDATE = "r-60c746df0471"


def test_record_is_read_as_it_was_written() -> None:
    """Steps with their times, a mirror among them, and that it went back with its reason."""
    record = Record(CANDIDATE, at("10:00"), ())
    record = record.then(Step(mirror=10), at("10:01")).then(Step(live=10), at("10:09:30"))
    record = record.then(None, at("10:20"), "50 of 60 requests failed")
    assert Record.parse(record.tags()) == record
    assert record.tags()["rollout"] == f"{CANDIDATE}@2026-12-01T10:00:00Z mirror10+60 10+570 back+1200"


def test_record_of_many_steps_forgets_the_earliest() -> None:
    """Azure's 256 characters hold the candidate, its begin and the latest steps."""
    record = Record(CANDIDATE, at("00:00"), ())
    for number in range(60):
        record = record.then(Step(live=10), at("00:00") + timedelta(hours=number))
    tags = record.tags()
    assert all(len(value) <= LONGEST for value in tags.values())
    read = Record.parse(tags)
    assert read is not None
    assert (read.candidate, read.began, read.last) == (record.candidate, record.began, record.last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "r-1",
        "r-1@yesterday 10+5",
        "r-1@2026-12-01T10:00:00Z",
        "r-1@2026-12-01T10:00:00Z 10",
        "r-1@2026-12-01T10:00:00Z 110+5",
    ],
)
def test_what_is_no_record_is_none(text: str) -> None:
    """A tag that somebody edited counts as lost; the rollout then goes by the live traffic."""
    assert Record.parse({"rollout": text}) is None


def test_marks_are_read_as_they_were_written() -> None:
    """Began, then a verdict, then settled; beginning anew forgets both."""
    tags: dict[str, str] = {"release": "60c746df0471", **begin_tags(at("10:00"), keep_wish=True)}
    assert Marks.parse(tags) == Marks(at("10:00"))
    tags |= verdict_tags("rejected", "it was slow")
    assert Marks.parse(tags) == Marks(at("10:00"), "rejected", "it was slow")
    tags |= settled_tags(at("11:00"))
    assert Marks.parse(tags).settled == at("11:00")
    assert Marks.parse(tags | begin_tags(at("12:00"), keep_wish=False)) == Marks(at("12:00"))
    assert Marks.parse({}) == Marks()


def test_wish_is_read_as_it_was_written() -> None:
    """Kind, time, person and reason; a later wish replaces it, an empty tag is none."""
    wish = Wish("pause", at("10:00"), "Ada Lovelace", "the shop has its sale")
    read = Wish.parse(wish.tags())
    assert read is not None
    assert (read.kind, read.at, read.person, read.reason) == ("pause", wish.at, "Ada-Lovelace", wish.reason)
    assert str(read) == "paused by Ada-Lovelace: the shop has its sale"
    assert Wish.parse({"rollout-wish": ""}) is None
    assert Wish.parse({"rollout-wish": "pause now please"}) is None


def test_long_reasons_fit() -> None:
    """A reason is one line of at most 256 characters."""
    assert short("a\n  b") == "a b"
    assert len(short("word " * 100)) == LONGEST
    assert len(Wish("abort", at("10:00"), "ada", "x" * 500).tags()["rollout-wish"]) == LONGEST


def test_entry_back_has_no_step() -> None:
    """What went back is told from a step of 0 %."""
    assert Record(CANDIDATE, at("10:00"), (Entry(None, at("10:00")),)).tags()["rollout"].endswith("back+0")


def test_tags_are_those_that_the_programs_keep() -> None:
    """An update of endpoint or deployment by Pulumi declares every tag that opens like this as it is."""
    record = Record(CANDIDATE, at("10:00"), ()).then(Step(10), at("10:01"))
    wish = Wish("pause", at("10:00"), "ada")
    written = {**record.tags(), **begin_tags(at("10:00"), keep_wish=False), **wish.tags()}
    written |= {**verdict_tags("healthy", ""), **settled_tags(at("10:00"))}
    assert all(name.startswith(TAG_PREFIX) for name in written)
