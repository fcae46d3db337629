"""The command line of a job."""

from __future__ import annotations

import pytest

from localazure.emulator.jobs.command import fill, unknown

pytestmark = pytest.mark.client


@pytest.mark.parametrize(
    ("command", "filled"),
    [
        ("run ${{inputs.n}}", "run 5"),
        ("run ${{ inputs.n }} > ${{outputs.out}}/x", "run 5 > /o/x"),
        ("run $[[--n ${{inputs.n}}]]", "run --n 5"),
        ("run $[[--gone ${{inputs.gone}}]] end", "run  end"),
        ("run $[[--null ${{inputs.null}}]] end", "run  end"),
        ("echo ${HOME} $(date)", "echo ${HOME} $(date)"),
    ],
)
def test_fill(command: str, filled: str) -> None:
    """Inputs and outputs go in as they are; an optional block stays only if its inputs have values."""
    assert fill(command, {"n": "5", "null": None}, {"out": "/o"}) == filled


def test_unknown() -> None:
    """References that name nothing are told once, in order; optional blocks may name what isn't given."""
    command = "${{inputs.b}} ${{outputs.a}} ${{inputs.b}} ${{inputs.known}} $[[${{inputs.optional}}]]"
    assert unknown(command, {"known": "1"}, {}) == ["inputs.b", "outputs.a"]
