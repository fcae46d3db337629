"""`amlops`: the group of all commands, and how each of their failures ends."""

from __future__ import annotations

import logging
import os
import sys
import traceback

import click

from amlops.config import Repository
from amlops.errors import AmlopsError

from .lazy import LazyGroup
from .output import failed

COMMANDS = {
    "up": ("amlops.cli.up", "Bring an environment or a stack to what git declares."),
    "stacks": ("amlops.cli.stacks", "Show which stacks a change touches, and why."),
    "apply": ("amlops.cli.apply", "Bring a stack to a commit, exactly as git explains it."),
    "preflight": ("amlops.cli.preflight", "Show what Azure would refuse of a plan."),
    "unlock": ("amlops.cli.unlock", "Free a stack whose run is gone."),
    "preview": ("amlops.cli.preview", "Show what `up` would change."),
    "plan": ("amlops.cli.plan", "Show and rehearse what a change does to what is applied."),
    "drift": ("amlops.cli.drift", "Tell what was changed in the cloud without git; adopt or revert it."),
    "destroy": ("amlops.cli.destroy", "Delete everything of an environment or a stack."),
    "status": ("amlops.cli.status", "Show stacks, endpoints, their traffic and releases."),
    "train": ("amlops.cli.train", "Run a deployment's training job and wait for the model."),
    "release": ("amlops.cli.release", "Publish a deployment's assets and lock a release."),
    "doctor": ("amlops.cli.doctor", "Check the clone, and what only an owner sets on GitHub."),
    "policy": ("amlops.cli.policy", "Judge what git declares by the company's rules."),
    "promote": ("amlops.cli.promote", "Take the next steps from environment to environment."),
    "rollback": ("amlops.cli.rollback", "Make an earlier release current again."),
    "retire": ("amlops.cli.retire", "End a deployment."),
    "break-glass": ("amlops.cli.break_glass", "Let gates be skipped for a while, by a signed commit."),
    "hand-on": ("amlops.cli.hand_on", "Start what follows an apply: the next wave, rollouts."),
    "rollout": ("amlops.cli.rollout", "Give a candidate the traffic, step by step; pause, resume, abort it."),
    "rotate-keys": ("amlops.cli.rotate_keys", "Give an endpoint new keys."),
    "bootstrap": ("amlops.cli.bootstrap", "Make what an environment stands on, once, as its owner."),
    "restore": ("amlops.cli.restore", "Bring an environment back from git alone."),
    "state": ("amlops.cli.state", "Back states up, and bring them back."),
    "env": ("amlops.cli.env", "Print the variables by which other tools reach an environment."),
    "local": ("amlops.cli.local", "Control the local Azure."),
    "completion": ("amlops.cli.completion", "Print the shell's completion script."),
}

EXIT_CODES = """\b
Exit codes:
  0    done
  2    bad input: a file, an argument
  3    something is not there, or does not run
  4    the cloud, Pulumi or a job refused or failed
  5    another run holds what is needed
  70   a defect of amlops itself; details in .local/defect.log
  130  interrupted
"""


@click.command(
    cls=LazyGroup,
    commands_in=COMMANDS,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="azureml-gitops", prog_name="amlops")
@click.pass_context
def cli(context: click.Context) -> None:
    """GitOps for Azure Machine Learning: git holds the desired state, these commands compare and apply it."""
    if "AMLOPS_APP_PRIVATE_KEY" in os.environ:
        from amlops.github import app_token

        context.with_resource(app_token(os.environ))


def main() -> None:
    """The console script. What Azure's clients log on the way is no message of ours: their errors are told."""
    for name in ("azure", "msal", "urllib3"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs one command and gives its exit code. Every failure that a user can act on is one message, no traceback."""
    as_json = "--json" in arguments
    try:
        code = cli.main(arguments, prog_name="amlops", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except AmlopsError as error:
        return failed(str(error), error.exit_code, as_json=as_json)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        return failed(f"{error.format_message()}; see `amlops {' '.join(arguments[:1])} --help`", 2, as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        return failed("interrupted; run it again, it goes on from here", 130, as_json=as_json)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return failed(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), 4, as_json=as_json)
    except Exception as error:  # noqa: BLE001  the last line of defence: a defect is reported as one
        return failed(f"a defect of amlops: {type(error).__name__}: {error}; {_kept()}", 70, as_json=as_json)


def _kept() -> str:
    try:
        file = Repository.find().local / "defect.log"
        file.parent.mkdir(exist_ok=True)
        file.write_text(traceback.format_exc(), encoding="utf-8")
    except (AmlopsError, OSError):
        return traceback.format_exc()
    return f"details in {file}"
