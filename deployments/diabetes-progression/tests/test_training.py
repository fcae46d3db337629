"""Training: data, metrics, what it leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import joblib
import numpy as np
import pytest
from data import load
from evaluation import evaluate
from train import parse, train

PATIENTS = Path(__file__).parents[1] / "data" / "patients.csv"


def test_same_seed_gives_same_split() -> None:
    """Two runs with one seed train and test on the same patients; another seed on others."""
    one, two, other = (load(PATIENTS, 0.25, seed) for seed in (7, 7, 8))
    assert np.array_equal(one.test, two.test)
    assert not np.array_equal(one.test, other.test)
    assert len(one.test) == 83
    assert len(one.train) + len(one.test) == 331


def test_metrics_of_a_perfect_and_of_a_constant_prediction() -> None:
    """A perfect prediction has no error; predicting the mean explains nothing."""
    truth = np.array([100.0, 150.0, 200.0])
    assert evaluate(truth, truth) == {"rmse": 0.0, "mae": 0.0, "r2": 1.0}
    assert evaluate(truth, np.full(3, 150.0))["r2"] == pytest.approx(0.0)


def test_training_leaves_a_model_that_beats_the_mean(tmp_path: Path) -> None:
    """Model, its signature and metrics lie in the output folder, and the model is of use."""
    metrics, explanation = train(PATIENTS, 1.0, 0.25, 7, tmp_path / "model")
    saved = joblib.load(tmp_path / "model" / "model.joblib")
    assert metrics["r2"] > 0.35
    assert metrics["rmse"] < 65
    assert json.loads((tmp_path / "model" / "metrics.json").read_text()) == metrics
    assert saved["features"] == ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
    signature = json.loads((tmp_path / "model" / "signature.json").read_text())
    assert [item["name"] for item in signature["inputs"]] == list(saved["features"])
    assert set(explanation) == set(saved["features"])
    assert explanation["bmi"] > 10


def test_metrics_are_told_for_groups_of_people(tmp_path: Path) -> None:
    """Men and women, younger and older ones; together they make up the whole error."""
    metrics, _ = train(PATIENTS, 1.0, 0.25, 7, tmp_path / "model")
    groups = {name for name in metrics if name.startswith("rmse_")}
    assert groups == {"rmse_sex_1", "rmse_sex_2", "rmse_age_below_50", "rmse_age_from_50"}
    low, high = sorted(metrics[name] for name in ("rmse_sex_1", "rmse_sex_2"))
    assert low <= metrics["rmse"] <= high


def test_every_argument_is_required() -> None:
    """Nothing is assumed silently: a job that leaves an argument out ends at once."""
    with pytest.raises(SystemExit):
        parse(["--alpha", "1"])
