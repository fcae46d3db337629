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


def test_same_seed_gives_same_split() -> None:
    """Two runs with one seed train and test on the same patients; another seed on others."""
    one, two, other = load(0.25, 7), load(0.25, 7), load(0.25, 8)
    assert np.array_equal(one.test, two.test)
    assert not np.array_equal(one.test, other.test)
    assert len(one.test) == 111
    assert len(one.train) + len(one.test) == 442


def test_metrics_of_a_perfect_and_of_a_constant_prediction() -> None:
    """A perfect prediction has no error; predicting the mean explains nothing."""
    truth = np.array([100.0, 150.0, 200.0])
    assert evaluate(truth, truth) == {"rmse": 0.0, "mae": 0.0, "r2": 1.0}
    assert evaluate(truth, np.full(3, 150.0))["r2"] == pytest.approx(0.0)


def test_training_leaves_a_model_that_beats_the_mean(tmp_path: Path) -> None:
    """Model, names of its features and metrics lie in the output folder, and the model is of use."""
    metrics = train(1.0, 0.25, 7, tmp_path / "model")
    saved = joblib.load(tmp_path / "model" / "model.joblib")
    assert metrics["r2"] > 0.35
    assert metrics["rmse"] < 65
    assert json.loads((tmp_path / "model" / "metrics.json").read_text()) == metrics
    assert saved["features"] == ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")


def test_every_argument_is_required() -> None:
    """Nothing is assumed silently: a job that leaves an argument out ends at once."""
    with pytest.raises(SystemExit):
        parse(["--alpha", "1"])
