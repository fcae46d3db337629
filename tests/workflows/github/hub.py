"""What the simulated GitHub knows of one repository and its forks."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import tokens
from .clock import Clock
from .oidc import Issuer
from .remote import Remote
from .tokens import Token

if TYPE_CHECKING:
    from .runs import Runs

APP = "amlops[bot]"
ACTIONS = "github-actions[bot]"


@dataclass(frozen=True)
class Person:
    """`role` in the repository: `admin`, `write`, `read`."""

    login: str
    role: str
    token: str


@dataclass
class Note:
    """A comment on an issue or pull request."""

    id: int
    number: int
    body: str
    author: str
    created: str
    updated: str


@dataclass
class Review:
    id: int
    author: str
    state: str
    commit: str
    body: str
    submitted: str


@dataclass
class Issue:
    """A pull request is an issue too: `pull` then says more."""

    number: int
    title: str
    body: str
    author: str
    created: str
    updated: str
    state: str = "open"
    reason: str | None = None
    closed: str | None = None
    labels: list[str] = field(default_factory=list)
    pull: Pull | None = None


@dataclass
class Pull:
    """`head` is a branch of `fork` where that is given, else of the repository itself."""

    head: str
    base: str
    fork: str = ""
    merged: str | None = None
    merged_by: str = ""
    merge_commit: str | None = None
    reviews: list[Review] = field(default_factory=list)


@dataclass
class Environment:
    """An environment of GitHub's: who must let a job in, and what jobs get there. Without `branches` all get in."""

    name: str
    reviewers: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


class Hub:
    """`root` keeps the bare repositories. All changes happen under `lock`."""

    def __init__(self, root: Path, full_name: str = "contoso/ml") -> None:
        self.root = root
        self.full_name = full_name
        self.owner, self.name = full_name.split("/")
        self.clock = Clock()
        self.lock = threading.RLock()
        self.remote = Remote.create(root / f"{full_name}.git")
        self.issuer = Issuer(full_name, self.clock)
        self.url = ""
        self.people: dict[str, Person] = {}
        self.teams: dict[str, set[str]] = {}
        self.signed: set[str] = set()
        self.issues: dict[int, Issue] = {}
        self.notes: dict[int, Note] = {}
        self.labels: set[str] = set()
        self.environments: dict[str, Environment] = {}
        self.variables: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self.settings: dict[str, Any] = {}
        self.app_client_id = "Iv23simulated"
        self.app_public_key = ""
        self.app_permissions: dict[str, str] = {}
        self.app_life = 3600.0
        self.runs: Runs | None = None
        self.on_push: Callable[[Remote, dict[str, str], dict[str, str], Token], None] | None = None
        self._tokens: dict[str, Token] = {}
        self._last = 0

    # -- who ---------------------------------------------------------------------------------------------------------

    def person(self, login: str, role: str = "write") -> Person:
        """Someone with a role in the repository."""
        token = Token(tokens.new_value("person"), "person", login, tokens.of_person(role))
        self._tokens[token.value] = token
        self.people[login] = Person(login, role, token.value)
        return self.people[login]

    def app_token(self, permissions: dict[str, str]) -> Token:
        """An installation's token, for `app_life` seconds, that may at most what the App was installed with. Raises
        ValueError for more."""
        for what, level in permissions.items():
            if tokens.LEVELS[self.app_permissions.get(what, "none")] < tokens.LEVELS[level]:
                raise ValueError(f"The permissions requested are not granted to this installation: {what}: {level}")
        expires = self.clock.now() + timedelta(seconds=self.app_life)
        found = Token(tokens.new_value("app"), "app", APP, permissions or self.app_permissions, expires=expires)
        self._tokens[found.value] = found
        return found

    def job_token(self, run: int, job: str, permissions: dict[str, str]) -> Token:
        found = Token(tokens.new_value("job"), "job", ACTIONS, permissions, run=run, job=job)
        self._tokens[found.value] = found
        return found

    def revoke(self, value: str) -> None:
        self._tokens.pop(value, None)

    def who(self, header: str) -> Token | None:
        """Whom an Authorization header names; None for nobody, and for a token that has run out."""
        kind, _, value = header.partition(" ")
        if kind.lower() == "basic":
            value = base64.b64decode(value).decode().partition(":")[2]
        found = self._tokens.get(value.strip())
        if found is not None and found.expires is not None and found.expires <= self.clock.now():
            return None
        return found

    def all_tokens(self) -> list[str]:
        return list(self._tokens)

    # -- what --------------------------------------------------------------------------------------------------------

    def new_id(self) -> int:
        with self.lock:
            self._last += 1
            return self._last

    def new_issue(self, title: str, body: str, author: str, labels: list[str] | None = None) -> Issue:
        with self.lock:
            now = self.clock.text()
            number = max(self.issues, default=0) + 1
            self.issues[number] = Issue(number, title, body, author, now, now, labels=labels or [])
            self.labels |= set(labels or ())
            return self.issues[number]

    def note(self, number: int, body: str, author: str) -> Note:
        with self.lock:
            now = self.clock.text()
            found = Note(self.new_id(), number, body, author, now, now)
            self.notes[found.id] = found
            return found

    def environment(self, name: str) -> Environment:
        """GitHub makes an environment when a job first names it; without protection then."""
        with self.lock:
            return self.environments.setdefault(name, Environment(name))

    def repository(self, full_name: str) -> Remote:
        return self.remote if full_name in ("", self.full_name) else Remote(self.root / f"{full_name}.git")

    def fork(self, login: str) -> str:
        """A person's fork; gives its full name."""
        full_name = f"{login}/{self.name}"
        fork = Remote.create(self.root / f"{full_name}.git")
        fork.fetch_from(self.remote, "refs/heads/*", "refs/heads/*")
        return full_name

    # -- pull requests -----------------------------------------------------------------------------------------------

    def head_of(self, issue: Issue) -> str:
        """The commit of a pull request's head: as it was when it ended, if it has."""
        return self.remote.resolve(f"refs/pull/{issue.number}/head") or ""

    def update_pull(self, issue: Issue) -> str | None:
        """Renews `refs/pull/N/head` and `/merge`; gives the merge commit, None where the branches conflict."""
        pull = issue.pull
        assert pull is not None
        with self.lock:
            head = f"refs/pull/{issue.number}/head"
            if pull.fork:
                self.remote.fetch_from(self.repository(pull.fork), f"refs/heads/{pull.head}", head)
            else:
                self.remote.set(head, self.remote.git("rev-parse", f"refs/heads/{pull.head}"))
            base, commit = self.remote.git("rev-parse", f"refs/heads/{pull.base}"), self.head_of(issue)
            tree = self.remote.merged_tree(base, commit)
            if tree is None:
                return None
            merge = self.remote.commit(tree, [base, commit], f"Merge {commit} into {base}", "GitHub")
            self.remote.set(f"refs/pull/{issue.number}/merge", merge)
            return merge

    def pull_of(self, head: str, fork: str = "") -> Issue | None:
        """The open pull request from a branch."""
        for issue in self.issues.values():
            if issue.pull and issue.state == "open" and (issue.pull.head, issue.pull.fork) == (head, fork):
                return issue
        return None

    def since(self, text: str) -> timedelta:
        return self.clock.now() - datetime.fromisoformat(text.replace("Z", "+00:00"))


def as_user(login: str) -> dict[str, Any]:
    """How answers name a person or a bot."""
    return {"login": login, "id": sum(login.encode()), "type": "Bot" if login.endswith("[bot]") else "User"}
