"""How the platform measures a deployment's releases: the part `evaluation` of `about.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .closed import Closed
from .fields import Key

Column = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$", max_length=60)]
"""A column of the evaluation's data."""


class Group(Closed):
    """A column by which rows are told apart: by its values, or by the ranges between edges."""

    column: Column
    """The column, which the model may know or not."""
    edges: Annotated[tuple[float, ...], Field(strict=False)] = ()
    """Rising numbers: `[45, 60]` makes the groups below 45, from 45 to below 60, from 60. Absent: one group a value."""


class Evaluation(Closed):
    """A job of the platform asks the release's own scoring code for each row, and compares the answers."""

    task: Literal["regression", "classification"]
    """Gives the metrics: rmse, mae and r2; or accuracy, error and f1 (macro)."""
    data: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\.csv$")]
    """A CSV file below `evaluations/`, with a line of column names. Training is not given it."""
    target: Column
    """The column that holds what should be predicted."""
    rows: Key = "data"
    """The key of a request that holds the list of rows, each a map of column to value."""
    predictions: Key = "predictions"
    """The key of the answer that holds one prediction a row."""
    groups: dict[Key, Group] = Field(default_factory=dict)
    """Groups of people for the gate `fairness`, by the names that it uses."""
