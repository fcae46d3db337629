"""The platform's evaluation program, run as a job runs it: beside a scoring script, in a folder of its own."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sklearn.metrics as reference

from amlops.training.evaluator.metrics import classification, regression
from amlops.training.evaluator.rows import Group, group_of, read_rows
from amlops.training.pack import NAME, packed

SOURCE = Path(__file__).parents[4] / "src/amlops/training/evaluator"

SCORE = '''\
"""Twice the size, and three for each year; needs both, knows no others."""

import json
import os
from pathlib import Path

FACTOR = []


def init():
    print("a scoring script may print what it likes")
    (file,) = Path(os.environ["AZUREML_MODEL_DIR"]).rglob("model/inner/factor.txt")
    FACTOR.append(float(file.read_text()))


def run(body):
    rows = json.loads(body)["data"]
    if "explode" in body:
        os._exit(9)
    for row in rows:
        if set(row) - {"size", "years", "sex"}:
            raise ValueError("unknown input")
    return {"predictions": [FACTOR[0] * row["size"] + 3 * row["years"] for row in rows]}
'''
ROWS = "size,years,sex,price\n" + "".join(
    f"{size}.5,{years},{sex},{2 * (size + 0.5) + 3 * years + noise}\n"
    for size, years, sex, noise in (
        (1, 2, 1, 1),
        (4, 1, 1, -1),
        (9, 3, 2, 2),
        (2, 7, 2, -2),
        (5, 5, 2, 2),
        (3, 8, 1, 1),
    )
)


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A job's working directory with its inputs beside it."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "score.py").write_text(SCORE)
    (tmp_path / "model" / "inner").mkdir(parents=True)
    (tmp_path / "model" / "inner" / "factor.txt").write_text("2")
    (tmp_path / NAME).write_bytes(packed().content)
    (tmp_path / "rows.csv").write_text(ROWS)
    return folder


def _run(folder: Path, *, task: str = "regression", target: str = "price", groups: Any = None, code: int = 0) -> Any:
    words = ["--task", task, "--rows", "../rows.csv", "--target", target, "--model", "../model", "--entry", "score.py"]
    words += ["--rows-key", "data", "--predictions-key", "predictions", "--groups", json.dumps(groups or {})]
    command = [sys.executable, f"../{NAME}", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr if code else json.loads((folder / "outputs" / "evaluation.json").read_text())


def test_metrics_of_the_scoring_codes_own_answers(job: Path) -> None:
    """Errors in the target's unit, over all rows and for each group."""
    found = _run(job, groups={"sex": {"column": "sex", "edges": []}, "age": {"column": "years", "edges": [5]}})
    assert found["rows"] == 6
    assert found["metrics"]["rmse"] == pytest.approx((15 / 6) ** 0.5)
    assert found["metrics"]["mae"] == pytest.approx(9 / 6)
    assert found["by_group"]["sex"]["1"] == {"rows": 3, "rmse": 1.0, "mae": 1.0, "r2": pytest.approx(0.99, abs=0.01)}
    assert found["by_group"]["sex"]["2"]["rmse"] == 2.0
    assert {value: row["rows"] for value, row in found["by_group"]["age"].items()} == {"<5": 3, ">=5": 3}


def test_inputs_are_found_by_asking(job: Path) -> None:
    """Not by what anybody declares: what may be left out, what takes half a number, whether strangers are refused."""
    found = _run(job)
    assert found["inputs"] == [
        {"name": "size", "type": "double", "required": True},
        {"name": "years", "type": "double", "required": True},
        {"name": "sex", "type": "double", "required": False},
    ]
    assert found["extra_inputs"] == "refused"


def test_an_input_that_does_nothing_counts_for_nothing(job: Path) -> None:
    """Permutation importance, the same in every run."""
    found = _run(job)["explanation"]
    assert found["inputs"]["sex"] == 0
    assert found["inputs"]["years"] > 1
    assert (found["method"], found["metric"]) == ("permutation importance", "rmse")
    assert _run(job)["explanation"] == found


def test_classes_are_counted(job: Path) -> None:
    """A classification is measured by its share of right answers."""
    script = 'def init():\n    pass\n\n\ndef run(body):\n    return {"predictions": ["1"] * body.count("size")}\n'
    (job / "score.py").write_text(script)
    found = _run(job, task="classification", target="sex")
    assert found["metrics"]["accuracy"] == 0.5
    assert found["explanation"]["metric"] == "error"
    assert found["extra_inputs"] == "ignored"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('return {"answers": []}', "Refused: 6 rows were answered by"),
        ('raise RuntimeError("no idea")', "RuntimeError: no idea"),
        ("os._exit(9)", "the scoring code ended with 9 and answered nothing"),
    ],
)
def test_scoring_code_that_does_not_answer_fails_the_job(job: Path, change: str, said: str) -> None:
    """With its own words in the log."""
    (job / "score.py").write_text(SCORE.replace("rows = json", f"{change}\n    rows = json"))
    assert said in _run(job, code=1)


def test_a_missing_column_is_named(job: Path) -> None:
    """Of the target, and of a group."""
    assert "no column height" in _run(job, target="height", code=1)
    assert "no column height" in _run(job, groups={"tall": {"column": "height"}}, code=1)


def test_the_program_needs_nothing_but_python() -> None:
    """It runs in environments that hold none of our packages."""
    for file in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names, file


def test_the_same_sources_give_the_same_bytes() -> None:
    """So that the same work has the same name."""
    assert packed().digest == packed().digest


def test_metrics_are_those_of_scikit_learn() -> None:
    """Compared on numbers of no pattern."""
    truth, answers = [3.0, -0.5, 2.0, 7.0, 4.2], [2.5, 0.0, 2.1, 8.0, 4.0]
    found = regression(truth, answers)
    assert found["rmse"] == pytest.approx(reference.root_mean_squared_error(truth, answers))
    assert found["mae"] == pytest.approx(reference.mean_absolute_error(truth, answers))
    assert found["r2"] == pytest.approx(reference.r2_score(truth, answers))
    labels, guesses = list("abcabcaab"), list("abbabccab")
    found = classification(labels, guesses)
    assert found["accuracy"] == pytest.approx(reference.accuracy_score(labels, guesses))
    assert found["f1"] == pytest.approx(reference.f1_score(labels, guesses, average="macro"))


def test_a_target_that_never_varies_has_no_r2() -> None:
    """There is nothing to explain; a group of one row is such."""
    assert "r2" not in regression([1.0], [2.0])


@pytest.mark.parametrize(("value", "name"), [(44.9, "<45"), (45, "45-60"), (59, "45-60"), (60, ">=60"), (99, ">=60")])
def test_ranges_hold_their_lower_edge(value: float, name: str) -> None:
    """As about.yaml says it."""
    assert group_of(Group("age", (45, 60)), {"age": value}) == name


def test_columns_keep_their_kind(tmp_path: Path) -> None:
    """Whole numbers, numbers, words: by what all of a column is."""
    file = tmp_path / "rows.csv"
    file.write_text("a,b,c,y\n1,1,x,0\n2,2.5,3,1\n")
    assert read_rows(file, "y").inputs == [{"a": 1, "b": 1.0, "c": "x"}, {"a": 2, "b": 2.5, "c": "3"}]
