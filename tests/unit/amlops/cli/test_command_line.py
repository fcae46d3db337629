"""The command line without a cloud: help, bad input, exit codes, --json."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click import Command, Context

from amlops.cli.lazy import LazyGroup
from amlops.cli.main import cli, run

ROOT = Path(__file__).parents[4]


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the real files and nothing local; the current folder is inside of it."""
    for name in ("environments", "deployments"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    monkeypatch.chdir(tmp_path / "environments")
    monkeypatch.setenv("AMLOPS_PULUMI", str(ROOT / ".venv" / "bin" / "pulumi"))
    return tmp_path


def _commands(group: LazyGroup, above: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Command]]:
    found: list[tuple[tuple[str, ...], Command]] = []
    for name in group.list_commands(Context(group)):
        command = group.get_command(Context(group), name)
        assert command is not None
        found += _commands(command, (*above, name)) if isinstance(command, LazyGroup) else [((*above, name), command)]
    return found


def test_every_command_has_help_and_json() -> None:
    """Whatever the command line does, a program can read its result."""
    assert isinstance(cli, LazyGroup)
    commands = _commands(cli)
    assert len(commands) >= 13
    for names, command in commands:
        assert command.help, names
        assert "as_json" in {parameter.name for parameter in command.params}, names
        assert command.name == names[-1]


def test_help_documents_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts may rely on them."""
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    for code in (0, 2, 3, 4, 5, 70, 130):
        assert f"\n    {code} " in shown or f"\n    {code:<3} " in shown


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ["up", "prd"],
            2,
            'no environment "prd"; available environments are dev, local, prod, shared, staging',
        ),
        (["preview", "local.nothing"], 2, 'there is no deployment "nothing"'),
        (["preview", "prod.shared"], 2, 'it reads that of "shared"'),
        (["status", "prd"], 2, 'there is no environment "prd"'),
        (["train", "nothing"], 2, 'there is no deployment "nothing"'),
        (["release", "nothing"], 2, 'there is no deployment "nothing"'),
        (["env", "local"], 3, "start it with `amlops local start`"),
        (["train", "diabetes-progression"], 3, "start it with `amlops local start`"),
        (["bootstrap"], 2, "name an environment, or give --all"),
        (["bootstrap", "dev", "--repository", "nothing"], 2, '"nothing" is no owner/name of a repository'),
        (["bootstrap", "local", "--repository", "o/r"], 2, "local keeps its state on this machine"),
        (["restore", "local", "--repository", "o/r", "--yes"], 2, "is brought back by `amlops up local`"),
        (["state", "restore", "dev", "--from", "x", "--json"], 2, "nothing was done; add --yes"),
        (["destroy", "prod", "--json"], 2, "nothing was done; add --yes"),
        (["local", "reset", "--json"], 2, "nothing was done; add --yes"),
        (["local", "status"], 3, ""),
        (["up"], 2, "Missing argument 'STACK'"),
        (["upp"], 2, "No such command 'upp'"),
        (["up", "local", "--fast"], 2, "No such option"),
        (["completion", "tcsh"], 2, "'tcsh' is not one of 'bash', 'zsh', 'fish'"),
    ],
)
def test_failure_is_one_message_and_an_exit_code(
    clone: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    """No traceback, nothing changed: a message that says what to do, and the documented exit code."""
    assert run(arguments) == code
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert not (clone / ".local" / "pulumi").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "--publish", "--expected", "dev"], "--publish and --expected exclude each other"),
        (["plan", "--publish", "--fault", "drop:computes"], "--fault goes with a rehearsal"),
        (["plan", "--expected", "dev", "--fault", "drop:computes"], "--fault goes with a rehearsal"),
        (["release", "diabetes-progression", "--again"], "--again belongs to --commit"),
        (["release", "diabetes-progression", "--base", "main"], "--base and --matrix belong to --due"),
        (["release", "diabetes-progression", "--commit", "--matrix"], "--base and --matrix belong to --due"),
        (["release", "--due", "--commit"], "--due releases nothing"),
        (["release", "--due", "--rebuild"], "--due releases nothing"),
        (["release", "--due", "--alarm"], "--due releases nothing"),
        (["release", "diabetes-progression", "--alarm", "--commit"], "--alarm releases nothing"),
        (["release", "diabetes-progression", "--commit", "--again", "--rebuild"], "--again trains, --rebuild doesn't"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    clone: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """None of them is dropped in silence."""
    assert run(arguments) == 2
    assert said in capsys.readouterr().err


def test_failure_with_json_is_json_too(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program that asked for JSON gets the message as JSON."""
    assert run(["status", "prd", "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["error"]["exit_code"] == 2
    assert "prd" in found["error"]["message"]


def test_broken_file_is_named_with_its_line(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The path is relative to the clone, so that editors and readers find it."""
    file = clone / "environments" / "dev.yaml"
    file.write_text(file.read_text().replace("redundancy: lrs", "redundancy: raid"))
    assert run(["preview", "dev"]) == 2
    assert capsys.readouterr().err.startswith("environments/dev.yaml:")


def test_outside_of_a_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says where to go."""
    monkeypatch.chdir(tmp_path)
    assert run(["status", "local"]) == 2
    assert "change into your clone" in capsys.readouterr().err


def test_defect_is_told_as_one(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What nobody foresaw is no wall of frames either; they are kept in a file."""
    monkeypatch.setattr("amlops.cli.status.load_environment", lambda *_: 1 / 0)
    assert run(["status", "local"]) == 70
    assert "a defect of amlops: ZeroDivisionError" in capsys.readouterr().err
    assert "ZeroDivisionError" in (clone / ".local" / "defect.log").read_text()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_names_the_program(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The script of each shell completes `amlops`."""
    assert run(["completion", shell]) == 0
    assert "_AMLOPS_COMPLETE" in capsys.readouterr().out


def test_names_are_completed(clone: Path) -> None:
    """Environments and stacks come from the files of the clone."""
    from amlops.cli.options import _stacks

    context = Context(cli)
    assert "local.diabetes-progression" in [str(name) for name in _stacks(context, cli.params[0], "local.")]
    assert _stacks(context, cli.params[0], "st") == ["staging", "staging.shared", "staging.diabetes-progression"]
