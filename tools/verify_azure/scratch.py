"""A clone for one run, with a remote of its own: the repository as it is committed, with one environment and one
deployment."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from amlops.config import Repository
from amlops.config.repository import LOCAL
from amlops.errors import AmlopsError

from .environment import DEPLOYMENT, NAME, Wanted

ROLLOUT = {
    "steps": [50, 100],
    "mirror": 0,
    "minimum_requests": 30,
    "bake": 1,
    "timeout": 60,
    "on_timeout": "reject",
}
"""Short, and judged by real requests; what is late for an hour is not waited for."""
_LIKE = "dev"
"""The environment whose policy counts."""
_AUTHOR = ("-c", "user.name=amlops", "-c", "user.email=amlops@users.noreply.github.com")


@dataclass(frozen=True, slots=True)
class Scratch:
    path: Path

    @property
    def repo(self) -> Repository:
        return Repository(self.path)

    def git(self, *words: str) -> str:
        return _git(self.path, *words)

    def pull(self) -> None:
        """What commands committed on main, over what they left in the work tree."""
        self.git("fetch", "-q", "origin", "main")
        self.git("reset", "-q", "--hard", "FETCH_HEAD")
        self.git("clean", "-fdq", "--", "deployments")

    def change(self, file: str, how: Callable[[dict[str, Any]], None], message: str) -> None:
        """A commit on main that changes one YAML file."""
        _edit(self.path / file, how)
        self.commit(message)

    def commit(self, message: str) -> None:
        self.git("add", "-A", "--", "environments", "deployments")
        self.git(*_AUTHOR, "commit", "-qm", message)
        self.git("push", "-q", "origin", "main")


def make(root: Path, folder: Path, wanted: Wanted) -> Scratch:
    """Clones `root` into `folder`. Raises AmlopsError."""
    folder.mkdir(parents=True, exist_ok=True)
    clone, remote = folder / "clone", folder / "remote"
    _git(folder, "clone", "-q", str(root), str(clone))
    _git(folder, "init", "-q", "--bare", "-b", "main", str(remote))
    scratch = Scratch(clone)
    scratch.git("checkout", "-q", "-B", "main")
    scratch.git("remote", "set-url", "origin", str(remote))
    (clone / ".venv").symlink_to(Path(sys.prefix))
    _only_this(scratch.repo, wanted)
    scratch.commit(f"chore: only {NAME} for the run {wanted.run}")
    return scratch


def _only_this(repo: Repository, wanted: Wanted) -> None:
    for name in repo.environment_names():
        if name != LOCAL:
            repo.environment_file(name).unlink()
    for name in repo.deployment_names():
        for part in ("stages", "releases") if name == DEPLOYMENT else (".",):
            shutil.rmtree(repo.deployment(name) / part, ignore_errors=True)
    _write(repo.environment_file(NAME), "schemas/environment.json", wanted.settings())
    _edit(repo.promotion_file, _set({"order": [NAME], "environments": {NAME: {}}}))
    _edit(repo.environments / "exceptions.yaml", _set({"exceptions": {}}))
    _edit(repo.break_glass_file, _set({"entries": {}}))
    _edit(repo.environments / "policy.yaml", lambda found: _policy(found, wanted))
    repo.permissions_file.unlink(missing_ok=True)

    def about(found: dict[str, Any]) -> None:
        found["environments"] = [NAME]
        found["rollout"] = {**found["rollout"], "environments": {NAME: ROLLOUT}}

    def size(found: dict[str, Any]) -> None:
        found["instance_type"] = wanted.size

    _edit(repo.about_file(DEPLOYMENT), about)
    _edit(repo.deployment(DEPLOYMENT) / "deployment.yml", size)


def _policy(found: dict[str, Any], wanted: Wanted) -> None:
    everywhere, known = found["everywhere"], found["environments"]
    everywhere["regions"] = [wanted.region]
    everywhere["sizes"] = [wanted.size]
    found["environments"] = {LOCAL: known[LOCAL], NAME: known[_LIKE]}


def _set(values: Mapping[str, Any]) -> Callable[[dict[str, Any]], None]:
    return lambda found: found.update(values)


def _edit(file: Path, how: Callable[[dict[str, Any]], None]) -> None:
    """Comments stay, and with them the first line, which names the schema."""
    yaml = YAML()
    found = yaml.load(file)
    how(found)
    yaml.dump(found, file)


def _write(file: Path, schema: str, found: Mapping[str, Any]) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write(f"# yaml-language-server: $schema={schema}\n")
        YAML().dump(dict(found), out)


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AmlopsError(f"git {words[0]} failed in {folder}: {done.stderr.strip()}")
    return done.stdout
