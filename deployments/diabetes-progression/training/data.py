"""The data: 442 patients, ten measurements each, and how far their disease had progressed a year later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Split:
    """Measurements (patients × features) and progression, for training and for testing."""

    features: tuple[str, ...]
    train: Numbers
    train_target: Numbers
    test: Numbers
    test_target: Numbers


def load(test_share: float, seed: int) -> Split:
    """scikit-learn's own copy in its own units: years, kg/m², mmHg, mg/dl. The same seed gives the same split."""
    data = load_diabetes(scaled=False)
    parts = train_test_split(data.data, data.target, test_size=test_share, random_state=seed)
    train, test, train_target, test_target = parts
    return Split(tuple(data.feature_names), train, train_target, test, test_target)
