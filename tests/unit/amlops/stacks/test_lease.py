"""Leases of stacks, on refs of a real bare remote."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.github import Run
from amlops.stacks.lease import LASTS, Lost, hold_lease, lease_ref, read_lease
from amlops.stacks.lease_holder import Holder, Taken, either_lives, machine, process_lives, this_process

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Clock:
    """The server's time, moved by the test."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clones(tmp_path: Path) -> Callable[[], Git]:
    """Makes clones of one bare remote."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)

    def clone() -> Git:
        folder = tmp_path / f"clone-{len(list(tmp_path.iterdir()))}"
        subprocess.run(["git", "clone", "-q", str(remote), str(folder)], check=True, capture_output=True)
        return Git(folder)

    return clone


def _run(id: int = 7, attempt: int = 1) -> Run:
    url = "https://github.invalid"
    return Run(id, attempt, "o/r", "c" * 40, "ann", "apply", "push", "refs/heads/main", url, None, None, None)


def _held_elsewhere(git: Git, run: Run | None = None) -> str:
    """A lease of another machine, as one that was left by a run that is gone has it."""
    holder = replace(this_process(run or _run()), machine="another/1/2")
    taken = Taken("dev", holder, "amlops apply dev", START, START + LASTS, "t")
    id = git.store(taken.text())
    assert git.swap(lease_ref("dev"), None, id)
    return id


def test_lease_is_a_ref_while_it_is_held(clones: Callable[[], Git], clock: Clock) -> None:
    """Its text says who holds it, in which run, doing what, until when."""
    git = clones()
    with hold_lease(git, "dev", _run(), "amlops apply dev", clock) as lease:
        found = read_lease(clones(), "dev")
        assert found is not None
        assert found[1] == lease.taken
        assert str(found[1].holder) == "run 7 of ann"
        assert found[1].holder.run_url == "https://github.invalid/o/r/actions/runs/7"
        assert found[1].expires_at == START + LASTS
        assert not lease.taken_over
    assert read_lease(clones(), "dev") is None


def test_second_holder_is_refused_with_names(clones: Callable[[], Git], clock: Clock) -> None:
    """The message says who, what, for how long, and what to do. Other stacks are free."""
    one, other = clones(), clones()
    with hold_lease(one, "dev", _run(), "amlops apply dev", clock):
        clock.at += timedelta(minutes=7)
        said = (
            r"dev is held by run 7 of ann \(amlops apply dev\) for 7 min, until .*Z at the latest, https://.*/runs/7; "
            r"wait for its end \(--wait SECONDS\); if that run is gone, `amlops unlock dev`"
        )
        with pytest.raises(AmlopsError, match=said) as caught, hold_lease(other, "dev", None, "amlops rollout", clock):
            pass
        assert caught.value.exit_code == 5
        with hold_lease(other, "prod", None, "amlops apply prod", clock):
            pass


def test_one_of_many_gets_it(clones: Callable[[], Git], clock: Clock) -> None:
    """Whoever is quickest; the others are told who, and never overwrite him."""
    gits = [clones() for _ in range(4)]
    inside, refused = [], []
    go, done = threading.Barrier(4), threading.Barrier(4)

    def work(git: Git, id: int) -> None:
        go.wait()
        try:
            with hold_lease(git, "dev", _run(id), "amlops apply dev", clock):
                inside.append(id)
                done.wait()
        except AmlopsError as error:
            refused.append(error.exit_code)
            done.wait()

    threads = [threading.Thread(target=work, args=(git, at)) for at, git in enumerate(gits)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(inside), refused) == (1, [5, 5, 5])


def test_expired_lease_is_taken_over(clones: Callable[[], Git], clock: Clock) -> None:
    """By the server's time, and the new holder knows that somebody was cut off in the middle."""
    git = clones()
    _held_elsewhere(git)
    clock.at += LASTS - timedelta(seconds=1)
    with pytest.raises(AmlopsError), hold_lease(git, "dev", _run(8), "amlops apply dev", clock):
        pass
    clock.at += timedelta(seconds=1)
    with hold_lease(git, "dev", _run(8), "amlops apply dev", clock) as lease:
        assert lease.taken_over


def test_lease_of_a_run_that_lives_is_not_taken_though_it_expired(clones: Callable[[], Git], clock: Clock) -> None:
    """A clock that jumps pushes nobody aside."""
    git = clones()
    _held_elsewhere(git)
    clock.at += timedelta(days=2)
    with pytest.raises(AmlopsError), hold_lease(git, "dev", _run(8), "apply", clock, lives=lambda _: True):
        pass


def test_lease_of_a_dead_run_is_taken_over_at_once(clones: Callable[[], Git], clock: Clock) -> None:
    """GitHub says that the run has ended; nobody waits for the lease to run out."""
    git = clones()
    _held_elsewhere(git)
    asked: list[Holder] = []

    def lives(holder: Holder) -> bool:
        asked.append(holder)
        return False

    with hold_lease(git, "dev", _run(8), "amlops apply dev", clock, lives=lives) as lease:
        assert lease.taken_over
    assert asked[0].run == "7"


def test_lease_is_waited_for(clones: Callable[[], Git], clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to --wait seconds; the waiting one gets it when the holder is done."""
    monkeypatch.setenv("AMLOPS_POLL_SECONDS", "0.05")
    one, other = clones(), clones()
    told: list[str] = []
    waiting = threading.Event()

    def hint(text: str) -> None:
        told.append(text)
        waiting.set()

    got = []

    def wait() -> None:
        with hold_lease(other, "dev", _run(8), "amlops apply dev", clock, wait=60, hint=hint) as lease:
            got.append(lease.taken.holder.run)

    with hold_lease(one, "dev", _run(), "amlops rollout dev", clock):
        thread = threading.Thread(target=wait)
        thread.start()
        assert waiting.wait(30)
        assert got == []
    thread.join()
    assert got == ["8"]
    assert told[0].startswith("waiting: dev is held by run 7 of ann (amlops rollout dev)")


def test_renewed_lease_lasts_longer(clones: Callable[[], Git], clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand before something dangerous, and in the background all the time."""
    monkeypatch.setattr("amlops.stacks.lease.RENEWED", 0.05)
    git, other = clones(), clones()
    with hold_lease(git, "dev", _run(), "amlops apply dev", clock) as lease:
        clock.at += timedelta(minutes=10)
        lease.renew()
        assert lease.taken.expires_at == clock.at + LASTS
        clock.at += timedelta(minutes=10)
        until = clock.at + LASTS
        while (found := read_lease(other, "dev")) is None or found[1].expires_at < until:
            pass
        assert found[1].taken_at == START


def test_lost_lease_stops_its_holder(clones: Callable[[], Git], clock: Clock) -> None:
    """Who lost it changes nothing more, and does not take the new holder's away at his end."""
    git, other = clones(), clones()
    with hold_lease(git, "dev", _run(), "amlops apply dev", clock) as lease:
        found = read_lease(other, "dev")
        assert found is not None
        theirs = replace(found[1], holder=replace(found[1].holder, run="8"), token="other")
        assert other.swap(lease_ref("dev"), found[0], other.store(theirs.text()))
        with pytest.raises(AmlopsError, match=r"the lease of dev was lost: run 8 of ann holds it now") as caught:
            lease.renew()
        assert caught.value.exit_code == 5
    kept = read_lease(other, "dev")
    assert kept is not None
    assert kept[1].token == "other"


def test_who_finds_the_lease_lost_in_the_background_stops(
    clones: Callable[[], Git], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes on is ended once, and what it says then is that the lease was lost."""
    monkeypatch.setattr("amlops.stacks.lease.RENEWED", 0.05)
    git, other, stopped = clones(), clones(), threading.Event()
    with (
        pytest.raises(Lost, match=r"was lost: run 8 of ann holds it now"),
        hold_lease(git, "dev", _run(), "amlops apply dev", clock, stop=stopped.set),
    ):
        while not stopped.is_set():
            found = read_lease(other, "dev")
            assert found is not None
            theirs = replace(found[1], holder=replace(found[1].holder, run="8"), token="other")
            other.swap(lease_ref("dev"), found[0], other.store(theirs.text()))
            stopped.wait(0.1)
        raise AmlopsError("the engine was interrupted")


def test_who_can_t_renew_stops_before_the_lease_ends(
    clones: Callable[[], Git], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub is away: it is asked again and again, and then nothing more is changed, though it may be back."""
    for name, value in {"RENEWED": 0.05, "AGAIN": 0.05, "STOPS": LASTS.total_seconds() - 0.5}.items():
        monkeypatch.setattr(f"amlops.stacks.lease.{name}", value)
    git, stopped, told = clones(), threading.Event(), list[str]()
    address = git.remote_url()
    with hold_lease(git, "dev", _run(), "amlops apply dev", clock, stop=stopped.set, hint=told.append) as lease:
        subprocess.run(["git", "-C", git.root, "remote", "set-url", "origin", "/nowhere"], check=True)
        assert stopped.wait(20)
        assert len(told) > 2, "once is not enough"
        subprocess.run(["git", "-C", git.root, "remote", "set-url", "origin", address], check=True)
        with pytest.raises(Lost, match="could not be renewed and ends soon") as caught:
            lease.renew()
        assert caught.value.exit_code == 5


def test_answer_to_a_renewal_that_got_lost_loses_no_lease(clones: Callable[[], Git], clock: Clock) -> None:
    """The remote has the renewed text, and its token is ours."""
    git, other = clones(), clones()
    with hold_lease(git, "dev", _run(), "amlops apply dev", clock) as lease:
        found = read_lease(other, "dev")
        assert found is not None
        renewed = found[1].until(clock.at + 2 * LASTS)
        assert other.swap(lease_ref("dev"), found[0], other.store(renewed.text()))
        lease.renew()
    assert read_lease(other, "dev") is None


def test_process_of_this_machine_is_asked_directly() -> None:
    """A dead one is known to be dead, whatever run it was of; of other machines nothing is known."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    mine = this_process(None)
    assert mine.machine == machine()
    assert process_lives(mine) is True
    assert process_lives(replace(mine, pid=process.pid)) is False
    assert process_lives(replace(mine, machine="another/1/2")) is None


@pytest.mark.parametrize(
    ("holder", "mine", "answer", "lives"),
    [
        (_run(7), _run(8), True, True),
        (_run(7), _run(8), False, False),
        (_run(7), _run(8), None, None),
        (_run(7), _run(7, attempt=2), True, False),
        (_run(7), _run(7), True, None),
        (None, _run(8), True, None),
    ],
)
def test_holder_lives_as_its_run_does(holder: Run | None, mine: Run, answer: bool | None, lives: bool | None) -> None:
    """An earlier attempt of our own run has ended; of a person on another machine nobody knows."""
    elsewhere = replace(this_process(holder), machine="another/1/2")
    assert either_lives(elsewhere, mine, lambda _: answer) is lives


def test_text_that_is_no_lease_is_told(clones: Callable[[], Git]) -> None:
    """Somebody pushed something else there."""
    git = clones()
    assert git.swap(lease_ref("dev"), None, git.store("hello"))
    with pytest.raises(AmlopsError, match="this is no lease"):
        read_lease(git, "dev")
