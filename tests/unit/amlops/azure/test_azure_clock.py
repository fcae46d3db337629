"""The server's time, by the Date header of its answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amlops.azure import clock
from amlops.azure.clock import ServerClock

FIRST = "Mon, 05 Jan 2026 10:00:00 GMT"
LATER = "Mon, 19 Jan 2026 10:00:00 GMT"


class Server:
    """Answers with the dates given, the last one over and over."""

    def __init__(self, *dates: str | None) -> None:
        self.dates, self.asked = list(dates), 0
        self.clock = ServerClock(self.ask)

    def ask(self) -> None:
        self.asked += 1
        self.clock.heard(self.dates.pop(0) if len(self.dates) > 1 else self.dates[0])


def test_server_is_asked_once_where_it_never_answered() -> None:
    """Without any answer yet, one request brings the time; further looks come from it."""
    server = Server(FIRST)
    first = server.clock.now()
    assert first - datetime(2026, 1, 5, 10, tzinfo=UTC) < timedelta(seconds=5)
    assert server.clock.now() >= first
    assert server.asked == 1


def test_newest_answer_counts_whatever_this_machine_thinks() -> None:
    """A cloud whose clock was moved is believed with its next answer."""
    server = Server(FIRST)
    server.clock.heard(FIRST)
    server.clock.heard(LATER)
    assert server.clock.now().date().isoformat() == "2026-01-19"
    assert server.asked == 0


def test_old_answer_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever only waits, and asks for nothing else, still sees the server's time go on."""
    server = Server(LATER)
    server.clock.heard(FIRST)
    monkeypatch.setattr(clock, "FRESH", -1.0)
    assert server.clock.now().date().isoformat() == "2026-01-19"
    assert server.asked == 1


@pytest.mark.parametrize("date", [None, "", "soon"])
def test_answer_without_a_date_changes_nothing(date: str | None) -> None:
    """A header that is missing, or that nobody can read, is no time."""
    server = Server(FIRST)
    server.clock.heard(FIRST)
    server.clock.heard(date)
    assert server.clock.now().year == 2026
    assert server.asked == 0


def test_server_that_never_tells_leaves_the_systems_clock() -> None:
    """There is always a time."""
    server = Server(None)
    assert abs(server.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
