"""YAML at libyaml's speed means what the slow reader means, or leaves the file to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.amlops.config.cases import DATA, ROOT

from amlops.config import ConfigError, Document, parse, read_document
from amlops.config.about import About
from amlops.config.quick import checked
from amlops.releases import release_of, stage_of
from amlops.releases.files import plain

FILES = sorted({*DATA.rglob("*.yaml"), *ROOT.glob("deployments/**/*.yml"), *ROOT.glob("environments/*.yaml")})


def _data(document: Document) -> Any:
    return plain(document.data)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_of_this_repository_reads_the_same(path: Path) -> None:
    """Either the same data, or the same refusal with its line."""
    try:
        slow = _data(read_document(path, root=ROOT))
    except ConfigError as error:
        with pytest.raises(ConfigError) as caught:
            checked(path.read_text(), path, _data, root=ROOT)
        assert str(caught.value) == str(error)
        return
    assert checked(path.read_text(), path, _data, root=ROOT) == slow


@pytest.mark.parametrize(
    "text",
    [
        "a: yes", "a: off", "a: 010", "a: 0o17", "a: 0x1f", "a: 1_000", "a: 1e3", "a: .inf", "a: 12:30:45", "a: -0",
        "a: 2026-12-24", "a: 2026-12-24T10:00:00Z", "a: ~", "a:", "a: True", "a: TRUE", "a: null", "a: 1.50", "a: +1",
        "a: 123456789012", "a: 1234e5678901", "a: 0a1b2c3d4e5f", "a: 5ce421249ace", "a: !!str 1", "a: &x 1\nb: *x",
        "a: {b: 1}\nc: {<<: {d: 1}}", "a: |\n  one\n  two\n", "a: one\n  two", 'a: "\\u00e9"', "a: é", "? a\n: b",
        "a: [1, two, {three: 3}]", "1: a", "true: a", "a: 'it''s'", "a: x # comment", "a: \"#\"", "a: b: c", "a: @b",
    ],
)  # fmt: skip
def test_what_versions_of_yaml_read_differently(text: str, tmp_path: Path) -> None:
    """YAML 1.1 and 1.2 differ in words, numbers and dates; here it is always 1.2."""
    file = tmp_path / "a.yaml"
    file.write_text(text)
    try:
        slow = read_document(file).data
    except ConfigError as error:
        with pytest.raises(ConfigError) as caught:
            checked(text, file, _data)
        assert str(caught.value) == str(error)
        return
    assert repr(checked(text, file, _data)) == repr(plain(slow))


@pytest.mark.parametrize("text", ["a: 1\na: 2", "- a", "", "a: [", "\ta: 1"])
def test_what_is_no_plain_map_is_refused_with_its_line(text: str, tmp_path: Path) -> None:
    """A doubled key, a list, nothing, broken YAML: as the slow reader says it."""
    with pytest.raises(ConfigError, match=r"a\.yaml:\d+: .* \[yaml\]"):
        checked(text, tmp_path / "a.yaml", _data, root=tmp_path)


def test_usual_files_are_read_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `amlops` writes, and what people plainly write, never needs the slow reader."""

    def slow(*_: object, **__: object) -> None:
        raise AssertionError("read slowly")

    monkeypatch.setattr("amlops.config.quick.document_of", slow)
    for path, read in (
        (DATA / "ok/releases/5ce421249ace.yaml", lambda document: release_of(document, "diabetes-progression")),
        (DATA / "ok/stages/rolling-out.yaml", stage_of),
        (DATA / "ok/about/gates.yaml", lambda document: parse(document, About)),
        (ROOT / "deployments/diabetes-progression/about.yaml", lambda document: parse(document, About)),
    ):
        assert checked(path.read_text(), path, read)
