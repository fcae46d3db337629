"""`make verify-azure` before it touches anything: who may spend what, how cost is counted, what is kept of answers."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tools.verify_azure.asked import SUBSCRIPTION, agree, announcement, asked
from tools.verify_azure.budget import budget_of
from tools.verify_azure.cost import CapReached, Meter, Price, price_of
from tools.verify_azure.environment import EXPIRES, TAG, Wanted, new_run
from tools.verify_azure.questions.catalogue import all_questions, answered
from tools.verify_azure.questions.list_price import hourly
from tools.verify_azure.questions.not_asked import NOT_ASKED
from tools.verify_azure.questions.question import Answer, Ground, Moment, Question
from tools.verify_azure.questions.requests_per_minute import near
from tools.verify_azure.record import Record
from tools.verify_azure.redact import redact
from tools.verify_azure.shell import end_orphan

from amlops.config import Names
from amlops.config.names import PLATFORM
from amlops.errors import AmlopsError
from amlops.workflows.realm.foundation import Foundation

ID, OTHER, TENANT = (f"0000000{at}-0000-4000-8000-00000000000{at}" for at in (1, 2, 3))
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
GIVEN = ["--subscription", ID, "--group", OTHER]


def _wanted(cap: float = 10.0, size: str = "Standard_DS2_v2") -> Wanted:
    return Wanted("v7k2qa", ID, TENANT, "westeurope", size, OTHER, cap, NOW)


@pytest.mark.parametrize(
    ("words", "variable", "said"),
    [
        (GIVEN, "", f"{SUBSCRIPTION}: it names no subscription"),
        (GIVEN, "mine", f"{SUBSCRIPTION}: it names no subscription"),
        (["--group", OTHER, "--subscription", OTHER], ID, "--subscription: it is not what"),
        (["--group", OTHER, "--yes-spend", "10"], ID, "--yes-spend: the subscription is to be named a second time"),
        (["--subscription", ID], ID, "--group: it names no group"),
        (["clean", "everything"], ID, '"everything" is no id of a run'),
        (["run", "v7k2qa", *GIVEN], ID, "goes with clean"),
        (["clean"], "", f"{SUBSCRIPTION}: it names no subscription"),
    ],
)
def test_nothing_is_begun_without_a_subscription_named_twice(words: list[str], variable: str, said: str) -> None:
    """Each thing that is missing is told, and the exit code says that it was refused."""
    with pytest.raises(AmlopsError, match=said) as refused:
        asked(words, {SUBSCRIPTION: variable})
    assert refused.value.exit_code == 2


def test_everything_missing_is_told_at_once() -> None:
    """Not the first thing only."""
    with pytest.raises(AmlopsError) as refused:
        asked([], {})
    assert len(str(refused.value).splitlines()) == 2


def test_somebody_has_to_agree() -> None:
    """By the words on the command line, or by typing the id; nobody there, another id, or a small cap refuse."""
    price, wanted = price_of(_wanted()), _wanted()
    agree(asked([*GIVEN, "--yes-spend", "10"], {SUBSCRIPTION: ID}), wanted, price, None)
    unasked = asked(["--group", OTHER], {SUBSCRIPTION: ID})
    agree(unasked, wanted, price, lambda _: f" {ID.upper()}\n")
    with pytest.raises(AmlopsError, match="nobody agreed"):
        agree(unasked, wanted, price, None)
    with pytest.raises(AmlopsError, match="another subscription"):
        agree(unasked, wanted, price, lambda _: "yes")
    with pytest.raises(AmlopsError, match=r"more than the cap of 0\.50"):
        agree(asked([*GIVEN, "--yes-spend", "0.5"], {SUBSCRIPTION: ID}), _wanted(0.5), price, None)


def test_what_will_be_made_is_told_before() -> None:
    """Its groups, machines, price, cap and how it goes away."""
    text = announcement(_wanted(), price_of(_wanted()))
    names = Names(_wanted().environment)
    for said in (ID, names.state_resource_group, names.registry_resource_group, "1 x Standard_DS2_v2", "10.00"):
        assert said in text
    assert "python -m tools.verify_azure clean v7k2qa" in text


def test_a_size_without_a_price_has_no_cap() -> None:
    """So it is refused."""
    with pytest.raises(AmlopsError, match="--size: no price is known of Standard_M416"):
        price_of(_wanted(size="Standard_M416"))


def test_all_of_it_carries_the_tag_and_can_be_purged() -> None:
    """What bootstrap makes too; its vault has no purge protection, or its name would be held for months."""
    wanted = _wanted()
    assert wanted.environment.tags[TAG] == "v7k2qa"
    assert wanted.environment.tags[EXPIRES] == "2026-11-27T12:00:00Z"
    made = {one.name: one.body for one in Foundation(wanted.environment, "o/r").resources()}
    vault = made[f"vaults/{Names(wanted.environment).state_vault}"]["properties"]
    assert "enablePurgeProtection" not in vault
    assert vault["softDeleteRetentionInDays"] == 7
    tagged = [body for body in made.values() if "location" in body]
    assert all(body["tags"][TAG] == "v7k2qa" for body in tagged)
    assert len(tagged) == 3


def test_names_of_a_run_fit_azure() -> None:
    """The longest that Azure bounds, for any run."""
    for _ in range(50):
        names = Names(Wanted(new_run(), ID, TENANT, "westeurope", "Standard_A", OTHER, 1, NOW).environment)
        assert len(names.state_storage) <= 24
        assert len(names.state_vault) <= 24
        assert names.deploy_identity(PLATFORM).startswith("id-v")


def test_budget_counts_what_carries_the_tag() -> None:
    """From this month's first day, up to the cap."""
    properties = budget_of(_wanted(7.5), NOW)["properties"]
    assert properties["amount"] == 7.5
    assert properties["timePeriod"]["startDate"] == "2026-11-01T00:00:00Z"
    assert properties["filter"] == {"tags": {"name": TAG, "operator": "In", "values": ["v7k2qa"]}}


def test_meter_stops_before_the_cap() -> None:
    """At a price of 1 an hour and a cap of 3, half an hour is kept for the clean-up: it stops after two and a half."""
    at = [NOW]
    meter = Meter(Price(1.0, "USD", ""), 3.0, lambda: at[0])
    at[0] = NOW + timedelta(hours=2, minutes=29)
    meter.check()
    assert meter.spent == pytest.approx(2.483, abs=0.01)
    at[0] = NOW + timedelta(hours=2, minutes=31)
    with pytest.raises(CapReached, match=r"the cap is reached: 2\.52 of 3\.00 USD"):
        meter.check()


def test_meter_goes_on_where_azure_tells_no_time() -> None:
    """Its own clock counts then; the cap does not depend on Azure's answering."""

    def now() -> datetime:
        if said:
            raise AmlopsError("Azure did not answer")
        return NOW

    said: list[bool] = []
    meter = Meter(Price(3600.0, "USD", ""), 3600.0, now)
    said.append(True)
    assert 0 <= meter.spent < 60


def test_every_question_says_what_it_is_about() -> None:
    """What is taken for granted, by whom, how and when it is asked; no two alike."""
    found = all_questions()
    assert len(found) >= 15
    assert {question.when for question in found} == set(Moment)
    for question in found:
        assert all((question.said, question.where, question.how))
    assert len({question.said for question in found}) == len(found)
    assert all((one.said, one.where, one.why) for one in NOT_ASKED)


@pytest.mark.parametrize("error", [AmlopsError("Azure refused it"), KeyError("properties"), OSError("reset")])
def test_question_that_cannot_be_asked_ends_nothing(error: Exception) -> None:
    """Its answer is open, and says why; the cap ends it all the same."""

    def ask(_: Ground) -> Answer:
        raise error

    question = Question("it", "said", "where", "how", Moment.SERVED, ask)
    found = answered(question, None)  # type: ignore[arg-type]  # it never gets so far
    assert found.holds is None
    assert found.sentence.startswith("it could not be asked: ")


def test_question_may_not_outspend_the_cap() -> None:
    """CapReached goes through."""

    def ask(_: Ground) -> Answer:
        raise CapReached("the cap is reached")

    with pytest.raises(CapReached):
        answered(Question("it", "said", "where", "how", Moment.SERVED, ask), None)  # type: ignore[arg-type]


def test_a_price_is_that_of_linux_on_demand() -> None:
    """Of what Azure lists for one machine, neither Windows nor what may be taken away. Source: the page on retail
    prices, whose items have these fields."""
    linux = {"unitOfMeasure": "1 Hour", "type": "Consumption", "productName": "DSv2 Series", "skuName": "DS2 v2"}
    items = [
        {**linux, "retailPrice": 0.135},
        {**linux, "retailPrice": 0.02, "skuName": "DS2 v2 Spot"},
        {**linux, "retailPrice": 0.03, "skuName": "DS2 v2 Low Priority"},
        {**linux, "retailPrice": 0.24, "productName": "DSv2 Series Windows"},
        {**linux, "retailPrice": 700.0, "type": "Reservation"},
    ]
    assert hourly({"Items": items}) == [0.135]
    assert hourly({}) == []


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="processes of a clone are known by /proc")
def test_command_of_a_killed_run_is_ended(tmp_path: Path) -> None:
    """By the note that the run left: if it works in the run's clone. Another process that has its number by now is
    left alone."""
    clone, elsewhere = tmp_path / "clone", tmp_path / "elsewhere"
    for where, ended in ((clone, True), (elsewhere, False)):
        where.mkdir()
        with subprocess.Popen(["sleep", "60"], cwd=where, start_new_session=True) as process:
            (tmp_path / "child.json").write_text(json.dumps({"pid": process.pid, "clone": str(clone)}))
            assert end_orphan(tmp_path) is ended
            if not ended:
                assert process.poll() is None
                process.kill()
            assert process.wait(10) == -9
        assert not (tmp_path / "child.json").exists()
    assert not end_orphan(tmp_path)


def test_ids_are_taken_out() -> None:
    """The subscription and the tenant by name, any other GUID as some id; in any case of letters."""
    text = f"/subscriptions/{ID.upper()}/x of {TENANT}, by {OTHER}"
    assert redact(text, ID, TENANT) == "/subscriptions/<subscription>/x of <tenant>, by <id>"


def test_answers_are_kept_as_they_come(tmp_path: Path) -> None:
    """As JSON and as a table, without ids; what isn't asked stands there too, and that a local Azure proves nothing."""
    record = Record(tmp_path, _wanted(), NOW, True, "c0ffee" * 6)
    question = Question("it", "a | b", "docs/azure.md 1", "GET", Moment.SERVED, lambda _: Answer("", None))
    record.answer(question, Answer(f"refused for {OTHER}", False, {"scope": f"/subscriptions/{ID}"}))
    kept = json.loads((tmp_path / "answers.json").read_text())
    assert kept["answers"]["it"]["found"] == {"scope": "/subscriptions/<subscription>"}
    assert kept["left"] is None
    assert len(kept["not_asked"]) == len(NOT_ASKED)
    page = (tmp_path / "answers.md").read_text()
    assert "| it | a \\| b (docs/azure.md 1) | refused for <id> | **does not hold** |" in page
    assert "proves nothing about Azure" in page
    assert ID not in page + json.dumps(kept)


@pytest.mark.parametrize(
    ("asked", "average", "ends", "alike"),
    [(30, 23, 2, True), (30, 22, 2, False), (30, 60, 2, False), (30, 15, 2, False), (600, 670, 2, False)],
)
def test_two_counts_of_the_same_minutes(asked: int, average: float, ends: int, alike: bool) -> None:
    """Few requests may lie beyond an end; half or twice as many are no such thing."""
    assert near(asked, average, ends) is alike
