"""Broken glass: what it lets pass, for how long, and who is told."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.amlops.workflows.promotion.place import NAME, Place

from amlops.config import ConfigError, load_break_glass
from amlops.errors import AmlopsError
from amlops.workflows.promotion.broken_glass import break_glass, close_glass


def _break(
    place: Place,
    *gates: str,
    span: timedelta = timedelta(hours=1),
    deployment: str = NAME,
    environment: str = "staging",
    now: datetime | None = None,
) -> str:
    name, _, proposed = break_glass(
        place.company.repo,
        place.company.git,
        None,
        deployment=deployment,
        environment=environment,
        gates=gates,
        reason="what runs answers nonsense",
        span=span,
        now=now or place.now,
        direct=True,
    )
    place.hub.signed.add(proposed.commit)
    return name


@pytest.fixture
def signing(place: Place, tmp_path: Path) -> Place:
    """git signs with a key of its own."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    for name, value in (("gpg.format", "ssh"), ("user.signingkey", str(key))):
        place.company.run("config", name, value)
    return place


def test_broken_glass_lets_a_step_pass_and_is_told_until_closed(signing: Place) -> None:
    """The commit is signed; the gate is skipped, the issue stands until somebody closes the entry."""
    place, new = signing, signing.release(2)
    place.prove(new, ago=timedelta(0))
    name = _break(place, "soak")
    assert "gpgsig" in place.hub.remote.git("cat-file", "commit", "refs/heads/main")
    found = place.promote()
    assert [taken.did for taken in found.taken] == ["merged"]
    assert [item.name for item in found.glass] == [name]
    pull = next(issue for issue in place.hub.issues.values() if issue.pull)
    assert "| soak | 🔨 | skipped by" in pull.body
    issue = next(issue for issue in place.hub.issues.values() if not issue.pull)
    assert (issue.state, issue.labels) == ("open", ["break-glass"])
    place.hub.clock.advance(3600 * 2)
    assert "since" in place.promote().glass[0].sentence(place.now)
    close_glass(
        place.company.repo, place.company.git, None, name, note="the release was sound", now=place.now, direct=True
    )
    assert place.promote().glass == ()
    assert issue.state == "closed"


def test_no_entry_takes_the_place_of_another(signing: Place) -> None:
    """In one minute: two environments, names that are alike for long, the same case once more with another gate."""
    place, now = signing, signing.now
    long = f"{'wine' * 8}-{{}}"
    for name in map(long.format, ("red", "white")):
        place.company.deploy(name, {})
    place.company.commit()
    cases = [(NAME, "staging", "soak"), (NAME, "prod", "soak"), (NAME, "prod", "window"), (NAME, "prod", "approval")]
    cases += [(long.format("red"), "prod", "soak"), (long.format("white"), "prod", "soak")]
    names = [_break(place, gate, deployment=name, environment=where, now=now) for name, where, gate in cases]
    minute = f"at-{now:%y%m%d-%H%M}"
    first = [f"{minute}-staging-{NAME}", *(f"{minute}-prod-{NAME}{end}" for end in ("", "-2", "-3"))]
    assert names[:4] == first
    place.pull()
    entries = load_break_glass(place.company.repo).entries
    found = [(entry.deployment, entry.environment, *entry.gates) for entry in (entries[name] for name in names)]
    assert found == cases
    assert len(entries) == len(cases)


def test_glass_that_is_not_signed_counts_for_nothing(signing: Place) -> None:
    """GitHub's word decides; it is told all the same."""
    place = signing
    place.prove(place.release(2), ago=timedelta(0))
    _break(place, "soak")
    place.hub.signed.clear()
    found = place.promote()
    assert [taken.did for taken in found.taken] == ["nothing"]
    assert "does not count, as its commit is not signed" in found.glass[0].sentence(place.now)


def test_glass_that_was_changed_since_needs_that_change_signed(signing: Place) -> None:
    """A signed entry that somebody made wider without signing is worth nothing."""
    place = signing
    place.prove(place.release(2), ago=timedelta(0))
    _break(place, "window")
    place.pull()
    file = place.company.repo.break_glass_file
    file.write_text(file.read_text().replace("- window", "- soak"))
    place.company.commit("chore: tidy up")
    assert [taken.did for taken in place.promote().taken] == ["nothing"]


def test_glass_needs_a_key_to_sign_with(place: Place) -> None:
    """git says what it misses; nothing is pushed."""
    before = place.hub.remote.resolve("refs/heads/main")
    for name, value in (("gpg.format", "ssh"), ("user.signingkey", "nowhere")):
        place.company.run("config", name, value)
    with pytest.raises(AmlopsError, match="git could not commit"):
        _break(place, "soak")
    assert place.hub.remote.resolve("refs/heads/main") == before


def test_glass_that_breaks_a_rule_is_not_committed(signing: Place) -> None:
    """Longer than three days: change the rule, not the case."""
    with pytest.raises(ConfigError, match="within 3 days"):
        _break(signing, "soak", span=timedelta(days=4))


def test_closing_what_is_not_open_names_what_is(signing: Place) -> None:
    """Whoever mistypes is told which entries are open."""
    name = _break(signing, "soak")
    with pytest.raises(AmlopsError, match=rf'"nothing" is no open entry .*; open are {name}'):
        close_glass(
            signing.company.repo, signing.company.git, None, "nothing", note="0123456789", now=signing.now, direct=True
        )
