"""YAML at libyaml's speed means what the slow reader means, or leaves the file to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.amlops.config.cases import DATA, ROOT

from amlops.config import ConfigError, quick
from amlops.config.document import document_of

FILES = sorted({*DATA.rglob("*.yaml"), *ROOT.glob("deployments/**/*.yml"), *ROOT.glob("environments/*.yaml")})


def _read(text: str, *, quickly: bool) -> str:
    """What the text is by one of the readers, types included, or how it is refused."""
    with pytest.MonkeyPatch.context() as patch:
        if not quickly:
            patch.setattr(quick, "load", _leave)
        try:
            return repr(document_of(text, Path("a.yaml")).data)
        except ConfigError as error:
            return str(error)


def _leave(text: str) -> None:
    raise quick.NotPlain


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_of_this_repository_reads_the_same(path: Path) -> None:
    """Either the same data, or the same refusal with its line."""
    text = path.read_text()
    assert _read(text, quickly=True) == _read(text, quickly=False)


@pytest.mark.parametrize(
    "text",
    [
        "a: yes", "a: off", "a: 010", "a: 0o17", "a: 0x1f", "a: 1_000", "a: 1e3", "a: .inf", "a: 12:30:45", "a: -0",
        "a: 2026-12-24", "a: 2026-12-24T10:00:00Z", "a: ~", "a:", "a: True", "a: TRUE", "a: null", "a: 1.50", "a: +1",
        "a: 123456789012", "a: 1234e5678901", "a: 0a1b2c3d4e5f", "a: 60c746df0471", "a: !!str 1", "a: &x 1\nb: *x",
        "a: {b: 1}\nc: {<<: {d: 1}}", "a: |\n  one\n  two\n", "a: one\n  two", 'a: "\\u00e9"', "a: é", "? a\n: b",
        "a: [1, two, {three: 3}]", "1: a", "true: a", "a: 'it''s'", "a: x # comment", "a: \"#\"", "a: b: c", "a: @b",
        "a: 2026-02-30", "a: 2026-2-3", "a: 12345678-1234-1234-1234-123456789012", "a: ./b", "a: /b", "a: .5",
        "a: ${{ b }}",
    ],
)  # fmt: skip
def test_what_versions_of_yaml_read_differently(text: str) -> None:
    """YAML 1.1 and 1.2 differ in words, numbers and dates; here it is always 1.2."""
    assert _read(text, quickly=True) == _read(text, quickly=False)


@pytest.mark.parametrize("text", ["a: 1\na: 2", "- a", "", "a: [", "\ta: 1"])
def test_what_is_no_plain_map_is_refused_with_its_line(text: str) -> None:
    """A doubled key, a list, nothing, broken YAML."""
    with pytest.raises(ConfigError, match=r"a\.yaml:\d+: .* \[yaml\]"):
        document_of(text, Path("a.yaml"))


@pytest.mark.parametrize(
    "path",
    [
        DATA / "ok/releases/60c746df0471.yaml",
        DATA / "ok/stages/rolling-out.yaml",
        DATA / "ok/about/gates.yaml",
        ROOT / "deployments/diabetes-progression/about.yaml",
        ROOT / "environments/prod.yaml",
    ],
    ids=lambda path: path.stem,
)
def test_usual_files_are_read_quickly(path: Path) -> None:
    """What `amlops` writes, and what people plainly write, never needs the slow reader."""
    assert quick.load(path.read_text())


def test_a_place_is_known_of_what_was_read_quickly() -> None:
    """Only a message needs the line of a key."""
    document = document_of("a:\n  b: 1\n  c: [2,\n    3]\n", Path("a.yaml"))
    assert [document.line(loc) for loc in (("a", "b"), ("a", "c", 1), ("a", "d"), ("x",))] == [2, 4, 1, 1]
