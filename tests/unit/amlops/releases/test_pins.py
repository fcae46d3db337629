"""Conda files to exact pins."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlops.errors import AmlopsError
from amlops.releases import pins
from amlops.releases.pins import lock_environment

CONDA = """
name: churn
channels: [conda-forge]
dependencies:
  - python=3.11.9
  - pip
  - pip:
      - scikit-learn>=1.5
"""


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], str]]:
    """Stands for uv, which asks a package registry: notes what it is asked."""
    asked: list[tuple[list[str], str]] = []

    def resolve(requirements: list[str], python: str) -> str:
        asked.append((requirements, python))
        return f"numpy==2.4.{len(asked)}\nscikit-learn==1.9.0\n"

    monkeypatch.setattr(pins, "_resolve", resolve)
    return asked


def test_the_pip_part_is_pinned_and_the_rest_kept(tmp_path: Path, resolved: list[tuple[list[str], str]]) -> None:
    """Ranges become versions; Python is resolved for as major.minor."""
    locked = lock_environment("image:1", CONDA, tmp_path)
    assert resolved == [(["scikit-learn>=1.5"], "3.11")]
    assert locked.conda is not None
    assert "- numpy==2.4.1" in locked.conda
    assert "python=3.11.9" in locked.conda
    assert ">=" not in locked.conda
    assert locked.properties == {"image": "image:1", "condaFile": locked.conda}


def test_a_clone_resolves_a_file_once(tmp_path: Path, resolved: list[tuple[list[str], str]]) -> None:
    """A release made again after a kill has the same environment, whatever was released in the meantime."""
    one, two = lock_environment("image:1", CONDA, tmp_path), lock_environment("image:1", CONDA, tmp_path)
    assert one == two
    assert len(resolved) == 1
    assert lock_environment("image:1", CONDA, tmp_path / "other").digest != one.digest


def test_a_file_is_resolved_anew_where_that_is_asked(tmp_path: Path, resolved: list[tuple[list[str], str]]) -> None:
    """What comes of it is what the clone knows from then on."""
    one, two = (lock_environment("image:1", CONDA, tmp_path, anew=anew) for anew in (False, True))
    assert len(resolved) == 2
    assert one.digest != two.digest
    assert lock_environment("image:1", CONDA, tmp_path) == two


def test_the_image_counts(tmp_path: Path, resolved: list[tuple[list[str], str]]) -> None:
    """Another image is another environment; an image alone is one too."""
    digests = {lock_environment(image, CONDA, tmp_path).digest for image in ("image:1", "image:2")}
    digests.add(lock_environment("image:1", None, tmp_path).digest)
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("conda", "message"),
    [
        ("dependencies: [pip: [numpy]]", "no Python version"),
        ("dependencies: [python=3.11, scipy]", '"scipy" has no version'),
        ("dependencies: [python=3.11, {pip: numpy}]", 'neither a package nor "pip:"'),
        ("name: x", 'no list "dependencies"'),
        ("dependencies: [", "not valid YAML"),
    ],
)
def test_what_can_not_be_locked_is_refused(conda: str, message: str, tmp_path: Path) -> None:
    """An open end in an environment would make the same release run different code."""
    with pytest.raises(AmlopsError, match=message) as caught:
        lock_environment("image:1", conda, tmp_path)
    assert caught.value.exit_code == 2


def test_uv_is_not_sent_through_the_local_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The local Azure's proxy refuses every other host; a company's proxy is kept."""
    monkeypatch.setenv("SSL_CERT_FILE", "/ca.pem")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:4711")
    assert {"HTTPS_PROXY", "SSL_CERT_FILE"}.isdisjoint(pins._environment())
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:8080")
    assert pins._environment()["SSL_CERT_FILE"] == "/ca.pem"
