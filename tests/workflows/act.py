"""act in host mode as GitHub's runners: each run in a folder of its own, offline, with nothing of this process's
environment. What came of it goes into the run.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import tools
from .github.hub import Hub
from .github.run import Run
from .github.tokens import Token
from .github.workflow import Job
from .transform import labels, transformed

STUBS = Path(__file__).parent / "stubs"
AT_ONCE = 32
"""Jobs of one run side by side. Some only wait for their environment or group."""
HEARD = 4_000_000
"""Characters of a run's log that are kept."""


@dataclass
class Act:
    """`variables` are in every job's environment; `runners` further labels that a job may name."""

    hub: Hub
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    runners: Iterable[str] = ()
    on_row: Callable[[Run, dict[str, Any]], None] | None = None

    def __call__(self, run: Run) -> None:
        """Runs it to its end."""
        run.folder = self.folder / f"{run.id}-{run.workflow.file.removesuffix('.yml')}"
        run.folder.mkdir(parents=True)
        command = self._command(run)
        path = os.pathsep.join([str(Path(tools.act()).parent), os.environ["PATH"]])
        with (run.folder / "act.err").open("w") as errors:
            run.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={"PATH": path, "HOME": str(run.folder / "home")},
                start_new_session=True,
            )
        assert run.process.stdout is not None
        with (run.folder / "act.jsonl").open("w", buffering=1) as rows, run.process.stdout:
            for line in run.process.stdout:
                rows.write(line)
                if line.startswith("{"):
                    self._row(run, json.loads(line))
        code = run.process.wait()
        said = (run.folder / "act.err").read_text()
        run.log += said
        if "Skipping unsupported platform" in run.log:
            raise RuntimeError(f"{run}: act knows a label of its runners not")
        ends = set(run.jobs.values())
        run.conclusion = "success" if code == 0 and ends <= {"success", "skipped"} else "failure"

    # -- inside ------------------------------------------------------------------------------------------------------

    def _command(self, run: Run) -> list[str]:
        assert run.folder is not None
        here = run.folder
        tree = self._tree(here / "repository", run.commit)
        (here / "home").mkdir()
        (here / "none").touch()
        (here / "event.json").write_text(json.dumps(run.payload))
        workflow = here / run.file
        workflow.write_text(transformed(run, self.hub.url, lambda job: self._token(run, job).value))
        words = [tools.act(), run.event, "-C", str(tree), "-W", str(workflow), "-e", str(here / "event.json")]
        words += ["--json", "--rm", "--no-skip-checkout", "--no-cache-server", "--concurrent-jobs", str(AT_ONCE)]
        words += ["--action-cache-path", str(here / "cache"), "-a", run.actor]
        for kind in ("env", "var", "secret", "input"):
            words += [f"--{kind}-file", str(here / "none")]
        for label in sorted(labels(run) | set(self.runners)):
            words += ["-P", f"{label}=-self-hosted"]
        for name, ref in sorted(self._actions(run)):
            stub = STUBS / name.lower()
            if not stub.is_dir():
                raise LookupError(f"{run.workflow.path}: no stub for {name}@{ref}; make tests/workflows/stubs/{name}")
            words += ["--local-repository", f"{name}@{ref}={stub}"]
        for name, value in self._environment(run, here).items():
            words += ["--env", f"{name}={value}"]
        for name, value in self.hub.variables.items():
            words += ["--var", f"{name}={value}"]
        secrets = {"GITHUB_TOKEN": "ghs_of_no_job"}
        if not run.fork:
            # those of environments reach only jobs that name one (transform.py)
            secrets |= self.hub.secrets
            for environment in self.hub.environments.values():
                secrets |= environment.secrets
        for name, value in secrets.items():
            words += ["-s", f"{name}={value}"]
        return words

    def _environment(self, run: Run, here: Path) -> dict[str, str]:
        return {
            "GITHUB_API_URL": self.hub.url,
            "GITHUB_SERVER_URL": self.hub.url,
            "GITHUB_REPOSITORY": self.hub.full_name,
            "GITHUB_RUN_ID": str(run.id),
            "GITHUB_RUN_NUMBER": str(run.number),
            "SIM_ARTIFACTS": str(here / "artifacts"),
            "NO_COLOR": "1",
            "TERM": "dumb",
            "GIT_PAGER": "cat",
            "PAGER": "cat",
            "CI": "true",
            "HOME": str(here / "home"),
            **self.variables,
        }

    def _token(self, run: Run, job: Job) -> Token:
        """A fork's run gets a token that only reads, whatever the file says."""
        permissions = run.workflow.permissions(job)
        if run.fork:
            permissions = {
                what: "read" for what, level in permissions.items() if level != "none" and what != "id-token"
            }
        return self.hub.job_token(run.id, job.id, {"metadata": "read", **permissions})

    def _tree(self, folder: Path, commit: str) -> Path:
        """A repository whose HEAD is the commit, without files: jobs check out by themselves."""
        subprocess.run(["git", "init", "-q", str(folder)], check=True, env={"PATH": os.environ["PATH"], "HOME": "/"})
        (folder / ".git/objects/info").mkdir(exist_ok=True)
        (folder / ".git/objects/info/alternates").write_text(f"{self.hub.remote.path / 'objects'}\n")
        (folder / ".git/HEAD").write_text(f"{commit}\n")
        return folder

    def _actions(self, run: Run) -> set[tuple[str, str]]:
        """(owner/name, ref) of every action that the file or a composite of the repository uses."""
        texts = [run.workflow.text]
        for path in self.hub.remote.files(run.commit, ".github/actions"):
            texts.append(self.hub.remote.read(run.commit, path) or "")
        return {found for text in texts for found in tools.remote_actions(text)}

    def _row(self, run: Run, row: dict[str, Any]) -> None:
        job = _name(run, row)
        if row.get("raw_output") and len(run.log) < HEARD:
            run.log += f"[{job}] {row['msg']}"
        if "jobResult" in row:
            # act calls every leg of a matrix failed that ends after one has failed; its steps tell
            failed = any(of == job and end == "failure" for of, _, end in run.steps)
            end = row["jobResult"]
            run.jobs.setdefault(job, "success" if end == "failure" and row.get("matrix") and not failed else end)
        if row.get("stepResult") and row.get("stage") == "Main":
            run.steps.append((job, str(row.get("step", "")), row["stepResult"]))
        if row.get("command") == "set-output":
            run.outputs[f"{row.get('jobID')}.{row['name']}"] = row["arg"]
        if row.get("command") == "summary":
            run.summary += row["content"]
        if self.on_row is not None:
            self.on_row(run, row)


def _name(run: Run, row: dict[str, Any]) -> str:
    """`workflow/job`, and for a leg of a matrix over stacks or deployments which one it is."""
    leg = row.get("matrix") or {}
    of = next((f" ({leg[key]})" for key in ("stack", "deployment", "realm") if key in leg), "")
    return f"{run.workflow.name}/{row.get('jobID', '')}{of}"
