"""Asks the release's scoring code, which runs in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

BATCH = 200
"""Rows of one request."""


class Refused(Exception):
    """The scoring code did not answer a request with predictions; the text says what it said."""


class Asked:
    """`with Asked(…) as asked`. The process has the model where Azure ML mounts it, and sees no target."""

    def __init__(self, entry: str, model: Path, rows_key: str, predictions_key: str) -> None:
        self._entry, self._model = entry, model
        self._rows, self._predictions = rows_key, predictions_key
        self._process: subprocess.Popen[str] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="model-")

    def __enter__(self) -> Asked:
        place = Path(self._folder.name)
        _lay_out(self._model.resolve(), place / self._model.name)
        environment = {**os.environ, "AZUREML_MODEL_DIR": str(place)}
        command = [sys.executable, sys.argv[0], "serve", self._entry]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        process = self._process
        if process is not None and process.stdin is not None and process.stdout is not None:
            process.stdin.close()
            process.stdout.close()
            process.terminate()
            process.wait()
        self._folder.cleanup()

    def answers(self, rows: Sequence[dict[str, Any]]) -> list[Any]:
        """One prediction a row. Raises Refused."""
        found: list[Any] = []
        for start in range(0, len(rows), BATCH):
            part = list(rows[start : start + BATCH])
            answer = self._ask(json.dumps({self._rows: part}))
            predictions = answer.get(self._predictions) if isinstance(answer, dict) else None
            if not isinstance(predictions, list) or len(predictions) != len(part):
                raise Refused(f"{len(part)} rows were answered by {json.dumps(answer)[:300]}")
            found += predictions
        return found

    def accepts(self, row: dict[str, Any]) -> bool:
        """Whether one row is answered."""
        try:
            self.answers([row])
        except Refused:
            return False
        return True

    def _ask(self, body: str) -> Any:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(body + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = ""
        if not line:
            raise SystemExit(f"the scoring code ended with {process.wait()} and answered nothing; its output is above")
        found = json.loads(line)
        if "refused" in found:
            raise Refused(found["refused"])
        return found["answer"]


def _lay_out(model: Path, target: Path) -> None:
    """A model's folder or file is seen below AZUREML_MODEL_DIR by its own name. Folders are real ones, since scripts
    look into them in ways that follow no links."""
    if model.is_file():
        target.symlink_to(model)
        return
    target.mkdir()
    for entry in model.iterdir():
        _lay_out(entry, target / entry.name)
