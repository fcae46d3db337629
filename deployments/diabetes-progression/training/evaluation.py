"""How good a model is, in the target's own unit: a score of progression between 25 and 346."""

from __future__ import annotations

import numpy as np
from data import Numbers, Split
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

AGE = 50
"""Years that part the younger from the older."""


def evaluate(truth: Numbers, predicted: Numbers) -> dict[str, float]:
    """RMSE and MAE (smaller is better), R² (1 is perfect, 0 as good as the mean)."""
    return {
        "rmse": float(root_mean_squared_error(truth, predicted)),
        "mae": float(mean_absolute_error(truth, predicted)),
        "r2": float(r2_score(truth, predicted)),
    }


def by_group(split: Split, predicted: Numbers) -> dict[str, float]:
    """RMSE of each group of people, by names such as `rmse_sex_1`."""
    sex, age = (split.test[:, split.features.index(name)] for name in ("sex", "age"))
    groups = {f"sex_{value:g}": sex == value for value in np.unique(sex)}
    groups |= {f"age_below_{AGE}": age < AGE, f"age_from_{AGE}": age >= AGE}
    return {
        f"rmse_{name}": float(root_mean_squared_error(split.test_target[mask], predicted[mask]))
        for name, mask in groups.items()
        if mask.any()
    }
