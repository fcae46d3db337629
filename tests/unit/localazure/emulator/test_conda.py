"""Conda files: what is followed and what is refused."""

from __future__ import annotations

import pytest

from localazure.emulator.conda import CondaFileError, Wanted, read

pytestmark = pytest.mark.emulator_only


def file(*dependencies: str, pip: tuple[str, ...] = ("scikit-learn==1.9.0",)) -> str:
    lines = "".join(f"  - {d}\n" for d in dependencies)
    return f"name: x\nchannels: [conda-forge]\ndependencies:\n{lines}  - pip:\n" + "".join(f"    - {p}\n" for p in pip)


@pytest.mark.parametrize(
    ("spec", "python"),
    [
        ("python=3.10", "3.10"),
        ("python==3.10.4", "3.10"),
        ("python=3.10.*", "3.10"),
        ("python 3.10", "3.10"),
        ("conda-forge::python=3.10=h1_cpython", "3.10"),
        ("python", "3.11"),
        ("python=3", "3.11"),
        ("python>=3.9", "3.11"),
        ("python>=3.9,<3.12", "3.11"),
    ],
)
def test_python_by_its_minor_version(spec: str, python: str) -> None:
    """An exact Python is taken by its minor version; a range is met by the running one."""
    assert read(file(spec, "pip=24"), running="3.11") == Wanted(python, ("scikit-learn==1.9.0",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (file("python=3.11", "numpy=2", "conda-forge::lightgbm"), "conda packages numpy=2, conda-forge::lightgbm: "),
        (file("python<3.9"), "`python<3.9` leaves open which, and 3.11 is not in it"),
        (file("python~3x"), "`python~3x` is no version"),
        (file("python", pip=("-r more.txt",)), "pip line `-r more.txt` names a file"),
        ("dependencies: [python]\nvariables: {A: b}\n", "`variables` is not supported"),
        ("dependencies:\n  - npm: [x]\n", "neither a package nor `pip:`"),
        ("name: x\n", "no list `dependencies`"),
        ("a: [", "is no YAML"),
    ],
)
def test_what_only_conda_could_do_is_refused_by_name(text: str, message: str) -> None:
    """Conda packages, ranges without the running Python, local files and unknown keys are refused with their name."""
    with pytest.raises(CondaFileError) as refused:
        read(text, running="3.11")
    assert message in str(refused.value)


def test_all_problems_come_at_once() -> None:
    """Two problems give two lines."""
    with pytest.raises(CondaFileError) as refused:
        read(file("python<3.9", "numpy"), running="3.11")
    assert len(str(refused.value).splitlines()) == 2
