"""What a command job's body asks for, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from localazure.emulator.arm.errors import ArmError
from localazure.emulator.jobs import spec

BODY: dict[str, Any] = {"jobType": "Command", "command": "true", "environmentId": "azureml:e:1"}


@pytest.mark.spec_example
def test_defaults() -> None:
    """Without experiment, compute and outputs: experiment Default, serverless, no limit."""
    read = spec.read("j", BODY)
    assert (read.experiment, read.compute, read.timeout, read.outputs, read.display_name) == (
        "Default",
        None,
        None,
        (),
        "j",
    )


@pytest.mark.client
@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ({"jobOutputType": "uri_folder"}, "azureml://datastores/workspaceblobstore/paths/azureml/j/out/"),
        ({"jobOutputType": "uri_file"}, "azureml://datastores/workspaceblobstore/paths/azureml/j/out"),
        ({"uri": "azureml://datastores/d/paths/${{name}}/${{output_name}}/"}, "azureml://datastores/d/paths/j/out/"),
    ],
)
def test_where_outputs_go(given: dict[str, str], uri: str) -> None:
    """An output without a place goes where azure-ai-ml looks for it; placeholders in a given place are filled in."""
    (output,) = spec.read("j", {**BODY, "outputs": {"out": given}}).outputs
    assert output.uri == uri


@pytest.mark.emulator_only
def test_all_problems_at_once() -> None:
    """Everything that is wrong is told in one answer."""
    wrong = {
        "jobType": "Command",
        "inputs": {"a b": {"jobInputType": "literal", "value": "1"}, "data": {"jobInputType": "uri_file"}},
        "limits": {"timeout": "soon"},
    }
    with pytest.raises(ArmError) as raised:
        spec.read("-j", wrong)
    told = raised.value.message
    assert raised.value.status == 400
    for part in ("'-j'", "properties.command", "properties.environmentId", "'a b'", "'data'", "'soon'"):
        assert part in told


@pytest.mark.emulator_only
@pytest.mark.parametrize(
    "given",
    [
        {"jobType": "Sweep"},
        {"jobType": "AutoML"},
        {"resources": {"instanceCount": 2}},
        {"distribution": {"distributionType": "PyTorch"}},
        {"resources": {"properties": {"target": "local"}}},
    ],
)
def test_what_is_not_run(given: dict[str, Any]) -> None:
    """Other job types and jobs on several nodes are a clear 501, never half done."""
    with pytest.raises(ArmError, match="is not run by the local Azure") as raised:
        spec.read("j", {**BODY, **given})
    assert raised.value.status == 501
