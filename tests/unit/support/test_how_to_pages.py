"""No page of docs/how-to has commands that no test runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support import how_to
from tests.support.clone import REPOSITORY

READERS = {"blocks", "script", "commands"}


def test_every_page_is_run_by_a_test() -> None:
    """By a test that takes the commands from the page; else the page and its commands may say different things."""
    pages = {file.stem for file in (REPOSITORY / how_to.FOLDER).glob("*.md")}
    assert pages == set(_named(REPOSITORY / "tests"))


def test_a_page_that_no_test_names_is_found(tmp_path: Path) -> None:
    """Only a call of one of our readers with the page's name counts, not a word in a docstring."""
    called = '"""approve"""\nscript("promote")\nblocks(page)\n'
    (tmp_path / "test_one.py").write_text(f"from tests.support.how_to import script\n{called}")
    (tmp_path / "test_two.py").write_text(f"from elsewhere import script\n{called}")
    assert list(_named(tmp_path)) == ["promote"]


def test_commands_are_those_of_the_page(tmp_path: Path) -> None:
    """Blocks of other languages and output are none."""
    page = tmp_path / how_to.FOLDER / "x.md"
    page.parent.mkdir(parents=True)
    page.write_text("```bash\none\n\ntwo\n```\n```yaml\nno: 1\n```\n```bash\nthree\n```\n```\nprinted\n```\n")
    assert how_to.commands("x", tmp_path) == ["one", "two", "three"]
    assert how_to.script("x", tmp_path) == "set -e\none\n\ntwo\n\nthree\n"
    assert how_to.blocks("x", tmp_path, language="yaml") == ["no: 1\n"]
    with pytest.raises(AssertionError, match="python"):
        how_to.blocks("x", tmp_path, language="python")


def _named(folder: Path) -> Iterator[str]:
    """Pages that tests below a folder read."""
    for file in folder.rglob("test_*.py"):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        ours = {
            alias.name
            for node in nodes
            if isinstance(node, ast.ImportFrom) and node.module == how_to.__name__
            for alias in node.names
        }
        for node in nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ours & READERS:
                page = node.args[0]
                if isinstance(page, ast.Constant) and isinstance(page.value, str):
                    yield page.value
