"""A deployment goes back to a release that ran before, or ends: a commit like any other."""

from __future__ import annotations

import pytest
from tests.unit.amlops.workflows.promotion.place import NAME, Place

from amlops.errors import AmlopsError
from amlops.releases import Stage
from amlops.workflows.promotion.retire import retire
from amlops.workflows.promotion.rollback import roll_back


def test_rolling_back_is_a_pull_request_like_any_other(place: Place) -> None:
    """Current and previous change places, what was current is rejected; merged by whoever may."""
    old, new = place.release(1).id, place.release(2).id
    place.company.deploy(NAME, {"prod": Stage(new, previous=old)})
    place.company.commit()
    found = roll_back(place.company.repo, place.git, place.github, NAME, "prod", reason="It answers nonsense.")
    assert (found.bad, found.to, found.rejected) == (new, old, True)
    assert found.proposed.url is not None
    assert place.stage("prod") == Stage(new, previous=old), "until it is merged"
    (number,) = place.hub.issues
    assert "It answers nonsense." in place.hub.issues[number].body
    place.github.pulls.merge(number)
    assert place.stage("prod") == Stage(old, previous=new, rejected=(new,))


def test_rolling_back_directly_is_a_commit_on_main(place: Place) -> None:
    """At once, for who may push there; `keep` lets promotion bring it back."""
    old, new = place.release(1).id, place.release(2).id
    place.company.deploy(NAME, {"prod": Stage(new, previous=old)})
    place.company.commit()
    found = roll_back(place.company.repo, place.git, None, NAME, "prod", keep=True, direct=True)
    assert found.proposed.on_main
    assert place.stage("prod") == Stage(old, previous=new)


def test_going_back_further_needs_a_release_that_is_there(place: Place) -> None:
    """Any release with a file; else the message lists them."""
    old, new, third = (place.release(number) for number in (1, 2, 3))
    place.company.deploy(NAME, {"prod": Stage(third.id)}, (third,))
    place.company.commit()
    with pytest.raises(AmlopsError, match=rf"keeps no previous release of wine; name one by --to: .*{old.id}"):
        roll_back(place.company.repo, place.git, None, NAME, "prod")
    with pytest.raises(AmlopsError, match=rf'"ffffffffffff" is no release; available releases of wine are .*{old.id}'):
        roll_back(place.company.repo, place.git, None, NAME, "prod", to="ffffffffffff")
    with pytest.raises(AmlopsError, match="runs there already"):
        roll_back(place.company.repo, place.git, None, NAME, "prod", to=third.id)
    roll_back(place.company.repo, place.git, None, NAME, "prod", to=new.id, direct=True)
    assert place.stage("prod") == Stage(new.id, previous=third.id, rejected=(third.id,))


def test_a_rollout_that_goes_on_is_aborted_not_rolled_back(place: Place) -> None:
    """The old release still runs: the message names the command that ends the rollout."""
    old, new = place.release(1).id, place.release(2).id
    place.company.deploy(NAME, {"prod": Stage(old, new)})
    place.company.commit()
    with pytest.raises(AmlopsError, match=rf"amlops rollout prod\.{NAME}") as caught:
        roll_back(place.company.repo, place.git, None, NAME, "prod")
    assert caught.value.exit_code == 5


def test_going_back_again_does_not_bring_the_bad_release_back(place: Place) -> None:
    """Whoever repeats the command is told that it is done; bringing back what is rejected takes its name."""
    old, new = place.release(1).id, place.release(2).id
    place.company.deploy(NAME, {"prod": Stage(new, previous=old)})
    place.company.commit()
    roll_back(place.company.repo, place.git, None, NAME, "prod", direct=True)
    with pytest.raises(AmlopsError, match=f"prod went back from {new} already.*--to {new}") as caught:
        roll_back(place.company.repo, place.git, None, NAME, "prod", direct=True)
    assert caught.value.exit_code == 2
    assert place.stage("prod") == Stage(old, previous=new, rejected=(new,))
    roll_back(place.company.repo, place.git, None, NAME, "prod", to=new, direct=True)
    assert place.stage("prod") == Stage(new, previous=old, rejected=(old,))


def test_going_back_where_no_stage_is(place: Place) -> None:
    """A mistyped environment is answered by those that are there; the local one has no stage in git."""
    with pytest.raises(
        AmlopsError, match='no environment "prdo"; available environments are dev, local, prod'
    ) as caught:
        roll_back(place.company.repo, place.git, None, NAME, "prdo")
    assert caught.value.exit_code == 2
    with pytest.raises(AmlopsError, match="the stage of local is not in git"):
        roll_back(place.company.repo, place.git, None, NAME, "local")


def test_nothing_to_go_back_from(place: Place) -> None:
    """An empty stage has no way back."""
    place.company.deploy(NAME, {"prod": Stage()})
    place.company.commit()
    with pytest.raises(AmlopsError, match="nothing of wine runs in prod"):
        roll_back(place.company.repo, place.git, None, NAME, "prod")


def test_retiring_empties_every_stage_and_says_why(place: Place) -> None:
    """One change: the stages, and a line in about.yaml; comments of the file stay."""
    about = place.company.repo.about_file(NAME)
    about.write_text(about.read_text() + "# kept\n")
    place.company.commit()
    found = retire(place.company.repo, place.git, None, NAME, reason='nobody drinks "wine" any more', direct=True)
    assert found.environments == ("dev", "staging", "prod")
    assert [place.stage(name) for name in ("dev", "staging", "prod")] == [Stage()] * 3
    text = about.read_text()
    assert text.endswith('# kept\nretired: "nobody drinks \\"wine\\" any more"\n')
    assert place.promote().taken == ()
    with pytest.raises(AmlopsError, match="is retired already"):
        retire(place.company.repo, place.git, None, NAME, reason="again and again", direct=True)
