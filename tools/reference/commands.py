"""The page of commands: `amlops` as click has it, `localazure` as argparse has it."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

import click

from amlops.cli.main import EXIT_CODES, cli
from localazure import __main__ as localazure

from .page import GENERATED, REPOSITORY, Page, code, table

HEAD = f"""# Commands

{GENERATED}

In a clone they lie in `.venv/bin`. Results go to standard output, progress and messages to standard error; with
`--json` one JSON object goes to standard output, on failure `{{"error": {{"message", "exit_code"}}}}`.
"""

ARGUMENTS: Mapping[str, str] = {
    "STACK": "an environment (all its stacks, in order), or one stack: `<env>.shared`, `<env>.<deployment>`",
    "ENVIRONMENT": "the name of a file in `environments/`",
    "DEPLOYMENT": "the name of a folder in `deployments/`",
    "SHELL": "one of `bash`, `zsh`, `fish`",
}
"""What each argument means, by the name that the help shows."""

_CODE = re.compile(r"^ +(\d+) +(.+)$", re.MULTILINE)


def commands_page() -> Page:
    known = dict(_CODE.findall(EXIT_CODES))
    context = click.Context(cli, info_name="amlops")
    lines = [HEAD, "## Exit codes of amlops", "", *table(("code", "meaning"), known.items())]
    lines += ["## Arguments", "", *table(("argument", "meaning"), ((code(k), v) for k, v in ARGUMENTS.items()))]
    findings = [*_undescribed_codes(known)]
    for own in _commands(cli, context):
        lines += _amlops(own)
        findings += _undescribed(own)
    lines += _localazure(localazure.parser())
    return Page("\n".join(lines), tuple(findings))


def _commands(command: click.Command, context: click.Context) -> Iterator[click.Context]:
    """The contexts of a command and of those below it."""
    yield context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, name
            yield from _commands(below, click.Context(below, info_name=name, parent=context))


def _amlops(context: click.Context) -> list[str]:
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    paragraphs = (command.help or "").split("\n\n")
    text = [line for paragraph in paragraphs for line in (" ".join(paragraph.split()), "")]
    rows = []
    for option in command.get_params(context):
        if isinstance(option, click.Option) and "--help" not in option.opts:
            rows.append((code(", ".join([*option.opts, *option.secondary_opts])), _default(option), option.help or ""))
    return [f"## {context.command_path}", "", *text, code(usage), "", *table(("option", "default", "meaning"), rows)]


def _default(option: click.Option) -> str:
    if option.is_flag or option.default is None or not option.show_default:
        return ""
    return code(option.default)


def _undescribed(context: click.Context) -> Iterator[str]:
    command = context.command
    module = getattr(command.callback, "__module__", "amlops.cli").replace(".", "/")
    place = f"src/{module}.py:1: {context.command_path}"
    if not command.help:
        yield f"{place}: there is no help; write the function's docstring [undescribed-command]"
    for item in command.params:
        if isinstance(item, click.Option) and not item.help:
            yield f"{place}: {item.opts[0]} has no help; write it [undescribed-command]"
        if isinstance(item, click.Argument) and item.make_metavar(context).strip("[].") not in ARGUMENTS:
            if isinstance(item.type, click.Choice) and (item.name or "").upper() in ARGUMENTS:
                continue
            yield f"{place}: {item.name} is not described; add it to tools/reference/commands.py [undescribed-command]"


def _undescribed_codes(known: Mapping[str, str]) -> Iterator[str]:
    """Exit codes that errors carry and the help does not list."""
    for file in sorted((REPOSITORY / "src" / "amlops").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            value = _exit_code(node)
            if value is not None and str(value) not in known:
                shown = file.relative_to(REPOSITORY)
                text = f"exit code {value} is not in the help; list it in EXIT_CODES [undescribed-command]"
                yield f"{shown}:{getattr(node, 'lineno', 1)}: {text}"


def _exit_code(node: ast.AST) -> int | None:
    """The number in `exit_code=3` of a call, or in a class's `exit_code = 3`."""
    names: list[Any] = [node.arg] if isinstance(node, ast.keyword) else []
    if isinstance(node, ast.Assign):
        names = [getattr(target, "id", None) for target in node.targets]
    found = getattr(node.value, "value", None) if "exit_code" in names else None  # type: ignore[attr-defined]
    return found if isinstance(found, int) else None


def _localazure(parser: argparse.ArgumentParser) -> list[str]:
    """The emulator's own command line, which `amlops local` calls."""
    lines = ["## localazure", "", f"{parser.description} `amlops local` calls it for the clone it runs in.", ""]
    lines += [code("localazure [--home DIR] COMMAND"), "", *table(("option", "meaning"), _options(parser))]
    lines += [" ".join((localazure.__doc__ or "").rpartition("\n\n")[2].split()), ""]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            help_of = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, below in action.choices.items():
                said = help_of[name]
                lines += [f"### localazure {name}", "", f"{said[:1].upper()}{said[1:]}.", ""]
                lines += table(("option", "meaning"), _options(below))
    return lines


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        if action.option_strings and not isinstance(action, argparse._HelpAction):
            said = (action.help or "").replace("%(default)s", str(action.default))
            yield code(", ".join(action.option_strings)), said
