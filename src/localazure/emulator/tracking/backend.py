"""Runs whose id is the job's name, written into MLflow's database.

MLflow's REST API gives every run an id of its own making, and Azure ML's clients read a job's run by the job's name. So
the row is inserted here, into the schema of the version that the lock pins; all else goes through REST.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

# What a run logged, by table; a run that begins again begins without it.
_LOGGED = ("params", "metrics", "latest_metrics", "tags")


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to insert."""

    id: str
    name: str
    experiment: int
    began: int  # milliseconds since the epoch


def insert(database: Path, run: NewRun) -> None:
    """Make the run, or reset it to its beginning where it is there already, maybe of a workspace that is gone.

    Source: MLflow 3.17, table `runs`; `artifact_uri` as the server itself composes it.
    """
    with closing(sqlite3.connect(database, timeout=30)) as db, db:
        (location,) = db.execute(
            "SELECT artifact_location FROM experiments WHERE experiment_id=?", (run.experiment,)
        ).fetchone()
        db.execute(
            "INSERT INTO runs(run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
            " source_version, lifecycle_stage, artifact_uri, experiment_id)"
            " VALUES(?, ?, 'JOB', '', '', '', 'RUNNING', ?, '', 'active', ?, ?)"
            " ON CONFLICT(run_uuid) DO UPDATE SET status='RUNNING', start_time=excluded.start_time, end_time=NULL,"
            " name=excluded.name, lifecycle_stage='active', artifact_uri=excluded.artifact_uri,"
            " experiment_id=excluded.experiment_id",
            (run.id, run.name, run.began, f"{location}/{run.id}/artifacts", run.experiment),
        )
        for table in _LOGGED:
            db.execute(f"DELETE FROM {table} WHERE run_uuid=?", (run.id,))  # noqa: S608 (constant text)
        db.executemany(
            "INSERT INTO tags(key, value, run_uuid) VALUES(?, ?, ?)",
            [("mlflow.runName", run.name, run.id), ("mlflow.rootRunId", run.id, run.id)],
        )
