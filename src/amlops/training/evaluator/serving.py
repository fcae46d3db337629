"""The process of the scoring code: one request a line, one answer a line, as Azure ML's inference server would give it.

What the script prints goes to standard error, where the job's log is.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO


def serve(entry: str) -> None:
    """Loads the script, calls `init` once and `run` for each line, until its input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    script = Path(entry).resolve()
    sys.path.insert(0, str(script.parent))
    spec = importlib.util.spec_from_file_location("entry_module", script)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{entry} is no Python script")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.init()
    for line in sys.stdin:
        _tell(answers, _answer(module, line.rstrip("\n")))


def _answer(module: Any, body: str) -> dict[str, Any]:
    try:
        found = module.run(body)
    except Exception as error:  # noqa: BLE001  whatever the scoring code raises is its answer
        return {"refused": f"{type(error).__name__}: {error}"}
    status = getattr(found, "status_code", 200)
    if hasattr(found, "get_data"):
        found = found.get_data(as_text=True)
    if isinstance(found, (str, bytes)):
        try:
            found = json.loads(found)
        except ValueError:
            found = str(found)
    return {"refused": f"{status}: {json.dumps(found)[:300]}"} if status >= 400 else {"answer": found}


def _tell(answers: TextIO, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what, default=str) + "\n")
    answers.flush()
