"""Scoring: what is answered, what is refused."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
import score
from request import BadRequest, rows
from train import train

SAMPLE = Path(__file__).parent.parent / "sample-request.json"
PATIENTS = Path(__file__).parent.parent / "data" / "patients.csv"


def test_sample_request_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request that the smoke test sends gets one plausible prediction a patient, wherever the model is mounted."""
    train(PATIENTS, 1.0, 0.25, 7, tmp_path / "diabetes-progression" / "1" / "model")
    monkeypatch.setenv("AZUREML_MODEL_DIR", str(tmp_path))
    score.init()
    answer = score.run(SAMPLE.read_text())
    assert len(answer["predictions"]) == 2
    assert all(25 < value < 346 for value in answer["predictions"])


def test_init_without_model_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment without its model fails on load, with the folder in the message."""
    monkeypatch.setenv("AZUREML_MODEL_DIR", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        score.init()


def test_features_go_by_name() -> None:
    """The order of keys in a request doesn't matter."""
    assert rows('{"data": [{"b": 2, "a": 1}]}', ["a", "b"]) == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "not JSON"),
        ("[]", "send {"),
        ('{"data": []}', "at least one"),
        ('{"data": [1]}', "no map"),
        ('{"data": [{"a": 1}]}', "lacks b"),
        ('{"data": [{"a": 1, "b": 2, "c": 3}]}', "unknown c"),
        ('{"data": [{"a": "x", "b": true}]}', "a number as a, b"),
    ],
)
def test_bad_requests_say_what_to_send(body: str, message: str) -> None:
    """Each way to be wrong has its sentence."""
    with pytest.raises(BadRequest, match=message):
        rows(body, ["a", "b"])


def test_all_problems_of_a_request_at_once() -> None:
    """A caller needs one try, not one a mistake."""
    with pytest.raises(BadRequest) as caught:
        rows(json.dumps({"data": [{"a": 1}, {"b": "x"}]}), ["a", "b"])
    assert "data[0] lacks b" in str(caught.value)
    assert "data[1] lacks a" in str(caught.value)
    assert "data[1] needs a number as b" in str(caught.value)


def test_script_loads_the_way_the_inference_server_loads_it() -> None:
    """The server runs the file without putting it into `sys.modules`."""
    spec = importlib.util.spec_from_file_location("entry_module", score.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert callable(module.init)
