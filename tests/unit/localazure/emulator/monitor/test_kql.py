"""The small part of the query language: what is understood gives the right rows, everything else is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localazure.emulator.arm.errors import ArmError
from localazure.emulator.monitor import kql
from localazure.emulator.monitor.kql import Table

pytestmark = pytest.mark.spec_example

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
COLUMNS = {"At": "datetime", "Name": "string", "Code": "int", "Model": "int", "Ms": "int"}


def table() -> Table:
    """Ten requests, one a minute until a minute ago, blue and green in turn; the last three of green failed."""
    rows: list[dict[str, Any]] = []
    for n in range(10):
        green = n % 2 == 1
        failed = green and n > 4
        rows.append(
            {
                "At": NOW - timedelta(minutes=10 - n),
                "Name": "green" if green else "blue",
                "Code": 424 if failed else 200,
                "Model": 500 if failed else None,
                "Ms": n,
            }
        )
    return Table(COLUMNS, rows)


def run(query: str) -> list[list[Any]]:
    _, *steps = kql.stages(query)
    found = kql.run(table(), steps, NOW)
    return [[row[name] for name in found.columns] for row in found.rows]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("T | count", [[10]]),
        ("T | where Name == 'blue' | count", [[5]]),
        ('T | where Name =~ "BLUE" and Code == 200 | count', [[5]]),
        ("T | where Code != 200 or Ms < 1 | count", [[4]]),
        ("T | where not(Name == 'blue') and (Code >= 400) | count", [[3]]),
        ("T | where Name in ('red', 'green') | count", [[5]]),
        ("T | where Ms between (2 .. 4) | count", [[3]]),
        ("T | where At > ago(3m) | count", [[2]]),
        ("T | where At >= datetime(2026-01-31T11:57:00Z) and At < now() | count", [[3]]),
        ("T | where At between (datetime(2026-01-31 11:50) .. datetime(2026-01-31 11:51)) | count", [[2]]),
        ("T | where Name startswith 'gr' and Name contains 'EE' | count", [[5]]),
        ("T | where Model == 500 | count", [[3]]),
        ("T | where Name == 'a | b' | count", [[0]]),
        ("T // all of it\n// and no more\n| count", [[10]]),
        ("T | summarize count() by Name", [["blue", 5], ["green", 5]]),
        (
            "T | summarize n = count(), bad = countif(Code >= 400) by Name | order by bad desc",
            [["green", 5, 3], ["blue", 5, 0]],
        ),
        ("T | summarize avg(Ms), max(Ms), min(Ms), sum(Ms), dcount(Name)", [[4.5, 9, 0, 45, 2]]),
        ("T | summarize percentile(Ms, 50), percentile(Ms, 95)", [[4, 9]]),
        ("T | where Ms > 99 | summarize count(), avg(Ms)", [[0, None]]),
        ("T | where Ms > 99 | summarize count() by Name", []),
        ("T | summarize count() by bin(At, 5m) | count", [[2]]),
        ("T | summarize n = count() by at = bin(At, 1h), Name | project Name, n", [["blue", 5], ["green", 5]]),
        ("T | distinct Name, Code | count", [[3]]),
        ("T | top 2 by Ms | project Ms", [[9], [8]]),
        ("T | order by Name asc, Ms desc | take 2 | project Name, Value = Ms", [["blue", 8], ["blue", 6]]),
        ("T | order by Model asc | project Model | limit 4", [[500], [500], [500], [None]]),
    ],
)
def test_what_is_understood(query: str, answer: list[list[Any]]) -> None:
    """As Kusto's reference says."""
    assert run(query) == answer


@pytest.mark.parametrize(
    "query",
    [
        "T | join X",
        "T |",
        "T | where",
        "T | where Colour == 1",
        "T | where Ms",
        "T | where Ms == ",
        "T | where Ms == 1 and",
        "T | where Ms == 1 Ms == 2",
        "T | where Name > 5",
        "T | where At > ago(soon)",
        "T | where At > datetime(yesterday)",
        "T | summarize stdev(Ms)",
        "T | summarize avg(Colour)",
        "T | summarize count( by Name",
        "T | project Colour",
        "T | top many by Ms",
        "T | take 5 rows",
        "T | extend x = Ms * 2",
        "T | where Ms == 1 §",
    ],
)
def test_what_is_not(query: str) -> None:
    """400 with words, never a wrong answer."""
    with pytest.raises(ArmError) as refused:
        run(query)
    assert (refused.value.status, refused.value.code) == (400, "BadArgumentError")
