"""Serves the model: Azure ML's inference server calls `init` once and `run` for each request."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
from request import BadRequest, rows


class Served:
    """What `init` loads and `run` uses: a process of the inference server serves one model.

    No dataclass: the server runs this file without putting it into `sys.modules`, where dataclasses look.
    """

    def __init__(self) -> None:
        self.model: Any = None
        self.features: Sequence[str] = ()


SERVED = Served()


def init() -> None:
    folder = Path(os.environ["AZUREML_MODEL_DIR"])
    found = sorted(folder.rglob("model.joblib"))
    if not found:
        raise FileNotFoundError(f"there is no model.joblib below {folder}")
    loaded = joblib.load(found[0])
    SERVED.model, SERVED.features = loaded["model"], loaded["features"]


def run(body: str) -> Any:
    """`{"predictions": […]}`, one a patient; 400 with `{"error": …}` for a request that can't be read."""
    try:
        patients = rows(body, SERVED.features)
    except BadRequest as error:
        from azureml_inference_server_http.api.aml_response import AMLResponse

        return AMLResponse({"error": str(error)}, 400, json_str=True)
    return {"predictions": [round(float(value), 4) for value in SERVED.model.predict(patients)]}
