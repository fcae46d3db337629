"""How good a model is, in the target's own unit: a score of progression between 25 and 346."""

from __future__ import annotations

from data import Numbers
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error


def evaluate(truth: Numbers, predicted: Numbers) -> dict[str, float]:
    """RMSE and MAE (smaller is better), R² (1 is perfect, 0 as good as the mean)."""
    return {
        "rmse": float(root_mean_squared_error(truth, predicted)),
        "mae": float(mean_absolute_error(truth, predicted)),
        "r2": float(r2_score(truth, predicted)),
    }
