"""The model: a ridge regression on standardised measurements."""

from __future__ import annotations

import json
from pathlib import Path

import joblib
from data import Numbers
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler


def fit(features: Numbers, target: Numbers, alpha: float) -> Pipeline:
    """`alpha` is the weight of the penalty; 0 is ordinary least squares."""
    return make_pipeline(StandardScaler(), Ridge(alpha=alpha)).fit(features, target)


def explain(model: Pipeline, names: tuple[str, ...]) -> dict[str, float]:
    """By how much the prediction rises when one measurement is one standard deviation larger."""
    return {name: float(weight) for name, weight in zip(names, model[-1].coef_, strict=True)}


def save(model: Pipeline, names: tuple[str, ...], folder: Path) -> None:
    """Writes `model.joblib`, the model and the names of its features, which scoring checks requests against; and
    `signature.json`, which tells the same to people, in MLflow's words."""
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump({"model": model, "features": names}, folder / "model.joblib")
    inputs = [{"name": name, "type": "double", "required": True} for name in names]
    signature = {"inputs": inputs, "outputs": [{"name": "predictions", "type": "double"}]}
    (folder / "signature.json").write_text(json.dumps(signature, indent=2) + "\n", encoding="utf-8")
