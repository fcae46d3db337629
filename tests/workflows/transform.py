"""A workflow's file as act gets it: the same jobs and steps, and around them what GitHub does that act leaves out.

Each job enters first (its environment's reviewers, its concurrency group, its own token and variables) and leaves last;
its own token stands where the file says `github.token`, so that the simulator knows which job calls.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

from ruamel.yaml import YAML

from .github.run import Run
from .github.workflow import Job

TOKEN = re.compile(r"\b(github\.token|secrets\.GITHUB_TOKEN)\b")
SECRET = re.compile(r"\bsecrets\.([A-Za-z_]\w*)")
VARIABLE = re.compile(r"\bvars\.([A-Za-z_]\w*)")
_CURL = 'curl -sS --fail-with-body --noproxy "*" --max-time 3600 -X POST'


def transformed(run: Run, url: str, token_of: Callable[[Job], str]) -> str:
    """The file's text. `token_of` makes a job's token, with the permissions that its file gives it."""
    content = json.loads(json.dumps(run.workflow.content, default=str))
    for job in run.workflow.jobs:
        content["jobs"][job.id] = _job(run, job, url, token_of(job))
    written = io.StringIO()
    yaml = YAML()
    yaml.width = 1 << 20
    yaml.dump(content, written)
    return written.getvalue()


def labels(run: Run) -> set[str]:
    """Labels of runners that the file names itself; those of a matrix come from the environments' files."""
    found: set[str] = set()
    for job in run.workflow.jobs:
        named = job.content.get("runs-on", [])
        found |= {str(label) for label in ([named] if isinstance(named, str) else named) if "${{" not in str(label)}
    return found


def _job(run: Run, job: Job, url: str, token: str) -> dict[str, Any]:
    found = json.loads(json.dumps(job.content, default=str))
    found.pop("environment", None)
    found.pop("concurrency", None)
    steps = [_step(step, token, secrets=bool(job.environment)) for step in found["steps"]]
    group, cancels = job.concurrency
    enter = {
        "name": "(GitHub) enter",
        "shell": "bash",
        "env": {"SIM_ENVIRONMENT": job.environment, "SIM_GROUP": group, "SIM_CANCEL": cancels},
        "run": (
            f'{_CURL} --data-urlencode environment="$SIM_ENVIRONMENT" --data-urlencode group="$SIM_GROUP" '
            f'--data-urlencode cancel="$SIM_CANCEL" \'{url}/_sim/enter?run={run.id}&job={job.id}\' >> "$GITHUB_ENV"'
        ),
    }
    leave = {
        "name": "(GitHub) leave",
        "shell": "bash",
        "if": "always()",
        "run": f'{_CURL} "{url}/_sim/leave?run={run.id}&job={job.id}&leg=$SIM_LEG"',
    }
    found["steps"] = [enter, *steps, leave]
    found["env"] = {**found.get("env", {}), "SIM_JOB_TOKEN": token}
    return dict(found)


def _step(step: Any, token: str, *, secrets: bool) -> Any:
    """Literals of the token and variables of the environment, wherever an expression asks for them; secrets belong to
    environments, so a job without one gets none."""
    if isinstance(step, dict):
        return {key: _step(value, token, secrets=secrets) for key, value in step.items()}
    if isinstance(step, list):
        return [_step(item, token, secrets=secrets) for item in step]
    if not isinstance(step, str):
        return step

    def inside(found: re.Match[str]) -> str:
        said = VARIABLE.sub(r"env.SIM_VAR_\1", TOKEN.sub(f"'{token}'", found[0]))
        return said if secrets else SECRET.sub("''", said)

    return re.sub(r"\$\{\{.*?\}\}", inside, step)
