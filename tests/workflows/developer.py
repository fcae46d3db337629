"""A person at a desk: a clone, git, and GitHub's web pages (its REST API with the person's own token)."""

from __future__ import annotations

import base64
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .github.hub import Hub, Person


@dataclass(frozen=True)
class Developer:
    """`fork` is the full name of the person's fork, for who may not write to the repository."""

    hub: Hub
    person: Person
    folder: Path
    fork: str = ""

    @staticmethod
    def at_desk(hub: Hub, person: Person, folder: Path, fork: str = "") -> Developer:
        """With a fresh clone."""
        made = Developer(hub, person, folder, fork)
        folder.parent.mkdir(parents=True, exist_ok=True)
        key, header = f"http.{hub.url}/.extraheader", made._header()
        address = f"{hub.url}/{fork or hub.full_name}"
        words = ["git", "clone", "-q", "-c", f"{key}={header}", address, str(folder)]
        subprocess.run(words, check=True, capture_output=True)
        made.git("config", "user.name", person.login)
        made.git("config", "user.email", f"{person.login}@example.invalid")
        return made

    def git(self, *words: str) -> str:
        """What git printed; a failure shows what it said."""
        done = subprocess.run(["git", "-C", str(self.folder), *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr}"
        return done.stdout.strip()

    def change(self, branch: str, files: Mapping[str, str | None], message: str) -> str:
        """A commit with these files (None: deleted) on a branch that starts at main's head, pushed; gives its id."""
        self.git("fetch", "-q", "origin", "main")
        there = subprocess.run(
            ["git", "-C", str(self.folder), "rev-parse", "--verify", "-q", branch], capture_output=True, check=False
        )
        self.git("checkout", "-q", *((branch,) if there.returncode == 0 else ("-B", branch, "origin/main")))
        for path, content in files.items():
            file = self.folder / path
            if content is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        self.git("push", "-q", "origin", f"HEAD:refs/heads/{branch}")
        return self.git("rev-parse", "HEAD")

    def read(self, path: str) -> str:
        """A file of main as it stands on GitHub."""
        return self.hub.remote.read("main", path) or ""

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """GitHub's REST API, below the repository. Raises HTTPError."""
        request = urllib.request.Request(
            f"{self.hub.url}/repos/{self.hub.full_name}/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.person.token}", "Content-Type": "application/json"},
            method=method,
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            error.msg = f"{error.msg}: {error.read().decode()}"
            raise

    def open_pull(self, branch: str, title: str) -> int:
        """The number of the pull request that this opens."""
        head = f"{self.fork.split('/')[0]}:{branch}" if self.fork else branch
        return int(self.ask("POST", "pulls", {"head": head, "base": "main", "title": title})["number"])

    def approve(self, number: int) -> None:
        self.ask("POST", f"pulls/{number}/reviews", {"event": "APPROVE", "body": "looks right"})

    def merge(self, number: int) -> str:
        """Squashed; gives the commit on main."""
        return str(self.ask("PUT", f"pulls/{number}/merge", {"merge_method": "squash"})["sha"])

    def dispatch(self, workflow: str, **inputs: str) -> None:
        self.ask("POST", f"actions/workflows/{workflow}/dispatches", {"ref": "main", "inputs": inputs})

    def let_in(self, run: int, comment: str = "go") -> None:
        """Approves all that a run waits for."""
        waiting = self.ask("GET", f"actions/runs/{run}/pending_deployments")
        ids = [item["environment"]["id"] for item in waiting]
        said = {"environment_ids": ids, "state": "approved", "comment": comment}
        self.ask("POST", f"actions/runs/{run}/pending_deployments", said)

    def _header(self) -> str:
        return f"AUTHORIZATION: basic {base64.b64encode(f'x:{self.person.token}'.encode()).decode()}"
