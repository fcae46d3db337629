"""The model: a ridge regression on standardised measurements."""

from __future__ import annotations

from pathlib import Path

import joblib
from data import Numbers
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler


def fit(features: Numbers, target: Numbers, alpha: float) -> Pipeline:
    """`alpha` is the weight of the penalty; 0 is ordinary least squares."""
    return make_pipeline(StandardScaler(), Ridge(alpha=alpha)).fit(features, target)


def save(model: Pipeline, names: tuple[str, ...], folder: Path) -> None:
    """Writes `model.joblib`: the model and the names of its features, which scoring checks requests against."""
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump({"model": model, "features": names}, folder / "model.joblib")
