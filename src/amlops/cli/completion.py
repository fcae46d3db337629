"""`amlops completion SHELL`: the script by which a shell completes commands and names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from .options import json_option
from .output import give


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@json_option
def command(shell: str, as_json: bool) -> None:
    """Print the completion script, for `eval "$(amlops completion bash)"`."""
    from .main import cli

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(cli, {}, "amlops", "_AMLOPS_COMPLETE").source()
    give({"shell": shell, "script": script}, script, as_json=as_json)
