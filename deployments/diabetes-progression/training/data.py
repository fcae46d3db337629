"""The data: patients with ten measurements each, and how far their disease had progressed a year later.

From Efron et al., "Least Angle Regression" (2004), in its own units: years, kg/m², mmHg, mg/dl. Every fourth patient of
it is kept out of this file: the platform measures releases by them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

Numbers = NDArray[np.float64]
TARGET = "progression"


@dataclass(frozen=True)
class Split:
    """Measurements (patients × features) and progression, for training and for testing."""

    features: tuple[str, ...]
    train: Numbers
    train_target: Numbers
    test: Numbers
    test_target: Numbers


def load(patients: Path, test_share: float, seed: int) -> Split:
    """A CSV file with a line of names. The same seed gives the same split."""
    with patients.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    features = tuple(name for name in rows[0] if name != TARGET)
    data = np.array([[float(row[name]) for name in features] for row in rows])
    target = np.array([float(row[TARGET]) for row in rows])
    train, test, train_target, test_target = train_test_split(data, target, test_size=test_share, random_state=seed)
    return Split(features, train, train_target, test, test_target)
