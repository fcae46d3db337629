"""Reference pages are what the code says, and each check of theirs finds what it is for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field
from tools.reference import command_lines, links, settings, variables
from tools.reference.__main__ import PAGES, check, main, write
from tools.reference.page import REPOSITORY, Page
from tools.reference.rule_names import rules_in
from tools.reference.rules import collect, page

from amlops.cli.main import cli
from amlops.config import Closed, EnvironmentFile
from amlops.config.about import About


def test_everything_is_described_and_every_page_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m tools.reference --check` finds nothing; else its output says what to do."""
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_a_page_that_was_edited_is_stale(tmp_path: Path) -> None:
    """A page must be byte for byte what would be made; a page that isn't there is stale as well."""
    made = {"one.md": Page("one\n"), "two.md": Page("two\n", ("x:1: undescribed; describe it [x]",))}
    write(tmp_path, made)
    assert list(check(tmp_path, made)) == ["x:1: undescribed; describe it [x]"]
    (tmp_path / "one.md").write_text("edited")
    (tmp_path / "two.md").unlink()
    found = [line.split(":")[0] for line in check(tmp_path, made)]
    assert found == ["docs/reference/one.md", "x", "docs/reference/two.md"]


def test_every_generated_page_is_reached_from_the_readme() -> None:
    """A page that nobody links to is not read."""
    readme = (REPOSITORY / "README.md").read_text()
    assert [name for name in PAGES if f"docs/reference/{name}" not in readme] == []


class Inner(Closed):
    """Inside."""

    size: Annotated[int, Field(ge=1, le=3)] = 2
    """How large."""


class File(Closed):
    """A file."""

    told: str
    """What is told."""
    untold: str
    inner: Inner
    some: dict[str, Inner]
    """Some of it."""


def test_a_key_without_description_has_no_meaning() -> None:
    """Keys take their own description, else their type's; limits and defaults are shown; maps have <name>."""
    found = {key.path: key for key in settings.keys(File)}
    assert found["untold"].meaning == ""
    assert found["told"].meaning == "What is told."
    assert found["inner"].meaning == "Inside."
    assert (found["some.<name>.size"].type, found["some.<name>.size"].default) == ("integer 1 to 3", "`2`")
    assert [key.path for key in found.values() if not key.meaning] == ["untold"]


@pytest.mark.parametrize("model", [EnvironmentFile, About])
def test_what_is_said_to_be_unread_is_unread_and_the_rest_is_read(model: type[Closed]) -> None:
    """A key says "Nothing reads it yet" as long as that is true, and no longer."""
    code = [*REPOSITORY.glob("src/amlops/**/*.py"), *REPOSITORY.glob("infra/**/*.py")]
    checks = "\n".join(file.read_text() for file in code if file.parent.name == "config")
    users = "\n".join(file.read_text() for file in code if file.parent.name != "config")
    for key in (key for key in settings.keys(model) if key.type != "map"):
        read = re.compile(rf"\.{key.path.rpartition('.')[2]}\b")
        if key.meaning.endswith(settings.UNREAD):
            assert not read.search(users), f"{key.path} is read by now; take the sentence out of its description"
        else:
            assert read.search(users + checks), f"{key.path} is not read; say so in its description"


SOURCE = """
def direct(document):
    yield Problem(file, 1, "message", "one")
    yield document.problem((), "message", "two")
    print(f"{file}:1: is wrong; mend it [three]")
    raise Other("no rule [four]")

def through(document, rule):
    return document.problem((), "message", rule)

def chosen(document):
    message, rule = _either(document)
    return document.problem((), message, rule)

def _either(document):
    if document:
        return "message", "five"
    return "message", _kind(document)

def _kind(document):
    return "six" if document else document.upper()
"""


def test_rules_are_read_from_the_code(tmp_path: Path) -> None:
    """Literals, what a function gives, and the end of a text; what can't be read is a finding."""
    file = tmp_path / "code.py"
    file.write_text(SOURCE)
    found = list(rules_in(file, tmp_path))
    assert {item.rule for item in found} == {"one", "two", "three", "five", "six", None}
    made = page(found, {"one": ("a", "b"), "gone": ("a", "b")})
    text = "\n".join(made.findings)
    assert "code.py:21: the name of the rule can't be read here" in text
    assert 'the rule "two" is not described' in text
    assert 'no message carries the rule "gone"' in text
    assert "| `one` | a | b | `code.py` |" in made.text


def test_every_room_with_messages_is_read() -> None:
    """The rules of config, manifests, releases, training and stacks are all among those found."""
    rooms = {item.file.parts[2] for item in collect(REPOSITORY) if item.file.parts[:2] == ("src", "amlops")}
    assert {"config", "manifests", "releases", "training", "stacks"} <= rooms


def test_env_prints_no_secret_for_azure() -> None:
    """Neither a client's secret, nor what opens the state; on a local Azure all of it, for it is of use only there."""
    secret = {"AZURE_CLIENT_SECRET", "AZURE_STORAGE_SAS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"}
    assert "AZURE_CLIENT_SECRET" in variables.printed("local", on_local=True)
    assert secret <= set(variables.printed("dev", on_local=True))
    assert not {*secret, "ARM_CLIENT_SECRET"} & set(variables.printed("dev", on_local=False))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in ("src/a/b.py", "docs/there.md", "src/c/b.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("# One heading: this\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("[x](docs/there.md)", None),
        ("[x](docs/there.md#one-heading-this)", None),
        ("[x](https://example.com/nothing)", None),
        ("[x](docs/gone.md)", "dead-link"),
        ("[x](docs/there.md#another)", "dead-link"),
        ("`src/a/b.py`", None),
        ("`src/<room>/b.py`", None),
        ("`src/{a,c}/b.py`", None),
        ("`other/gone.py`", None),
        ("```bash\nrm src/a/b.py\n```", None),
        ("`src/a/gone.py`", "dead-path"),
        ("`src/<room>/gone.py`", "dead-path"),
        ("`src/{a,d}/b.py`", "dead-path"),
        ("```bash\nrm src/a/gone.py\n```", "dead-path"),
        ("<!-- makes: src/new -->\n`src/new/file.py`", None),
    ],
)
def test_dead_links_and_paths_are_found(repository: Path, line: str, rule: str | None) -> None:
    """What a page links to or names in code must be there; each finding has the line that it is about."""
    (repository / "README.md").write_text(f"# Title\n\n{line}\n")
    found = list(links.findings(repository))
    assert [item.rpartition("[")[2].rstrip("]") for item in found] == ([rule] if rule else [])
    at = 4 if line.startswith("```") else 3
    assert all(item.startswith(f"README.md:{at}: ") for item in found)


@pytest.mark.parametrize(
    ("code", "gone"),
    [
        ("amlops up local", None),
        (".venv/bin/amlops local logs --lines 3", None),
        ("amlops upp local", "amlops upp"),
        ('eval "$(amlops enw local)"', "amlops enw"),
        ("amlops local restart", "amlops local restart"),
        ("make up", None),
        ("make PYTHON=python3.11 up", None),
        ("make upp", "make upp"),
        ("python -m tools.reference --check", None),
        ("python -m localazure.emulator.coverage", None),
        ("python -m tools.referense", "python -m tools.referense"),
    ],
)
def test_dead_commands_are_found(code: str, gone: str | None) -> None:
    """A command, a target of make or a module that a page names must be there."""
    known = command_lines.commands(cli)
    found = [command for _, command in command_lines.dead(code, known, frozenset({"up"}), REPOSITORY)]
    assert found == ([gone] if gone else [])
