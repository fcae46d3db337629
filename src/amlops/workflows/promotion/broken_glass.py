"""Breaking glass: a signed commit that lets named gates be skipped for a while, and what counts of what was broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain, count
from typing import Any

from amlops.config import BreakGlass, BrokenGlass, ConfigError, Document, Repository, load_about, parse
from amlops.config.document import document_of
from amlops.config.fields import KEY_LENGTH
from amlops.config.moments import stamp
from amlops.config.promotion_loader import BREAK_GLASS_SCHEMA
from amlops.config.promotion_rules import BREAK_GLASS_RULES
from amlops.errors import AmlopsError
from amlops.git import Author, Files, Git
from amlops.github import GitHub
from amlops.releases.files import yaml_text

from ..main_branch import Proposed, main_of, propose

PATH = "environments/break-glass.yaml"
LABEL = "break-glass"


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry that nobody closed. `signed` says whether its commit is; `commit` is None while it is in none."""

    name: str
    entry: BrokenGlass
    commit: str | None
    signed: bool

    def sentence(self, now: datetime) -> str:
        entry = self.entry
        state = f"until {stamp(entry.expires)}" if now < entry.expires else f"since {stamp(entry.expires)} no more"
        what = f"{self.name}: {', '.join(entry.gates)} of {entry.deployment} into {entry.environment}, {state}"
        unsigned = "" if self.signed else "; it does not count, as its commit is not signed"
        return f"{what}, by {entry.by}: {entry.reason}{unsigned}; close it once looked at"

    def as_dict(self, now: datetime) -> dict[str, Any]:
        entry = self.entry
        return {
            "name": self.name,
            "deployment": entry.deployment,
            "environment": entry.environment,
            "gates": list(entry.gates),
            "reason": entry.reason,
            "by": entry.by,
            "expires": stamp(entry.expires),
            "counts": self.signed and entry.opened <= now < entry.expires,
            "commit": self.commit,
        }


def opened(repo: Repository, git: Git, github: GitHub | None, glass: BreakGlass, commit: str) -> tuple[Opened, ...]:
    """What nobody closed, each with the commit that made it what it is. GitHub's word on a signature counts where it
    is asked, else git's own."""
    found = []
    for name, entry in glass.open.items():
        made = _made_by(repo, git, commit, name, entry)
        found.append(Opened(name, entry, made, made is not None and _is_signed(git, github, made)))
    return tuple(found)


def counting(found: tuple[Opened, ...]) -> BreakGlass:
    """Those whose commit is signed."""
    return BreakGlass(entries={item.name: item.entry for item in found if item.signed})


def report_glass(github: GitHub, found: tuple[Opened, ...], now: datetime) -> None:
    """One issue for each entry that nobody closed, until somebody does. Raises GitHubRefused."""
    open_ = set()
    for item in found:
        entry = item.entry
        title = f"Glass is broken: {entry.deployment} into {entry.environment}"
        state = "It has expired." if now >= entry.expires else f"It lasts until {stamp(entry.expires)}."
        counts = "" if item.signed else " Its commit is not signed, so it does not count."
        body = (
            f"{entry.by} lets {', '.join(entry.gates)} be skipped: {entry.reason}\n\n{state}{counts}\n\n"
            f"Look at what went through, then `amlops break-glass --close {item.name} --reason …`."
        )
        open_.add(github.issues.put(f"break-glass-{item.name}", LABEL, title, body).number)
    for issue in github.issues.listed(LABEL):
        if issue.number not in open_:
            github.issues.close(issue.number, "The entry is closed.")


def break_glass(
    repo: Repository,
    git: Git,
    github: GitHub | None,
    *,
    deployment: str,
    environment: str,
    gates: tuple[str, ...],
    reason: str,
    span: timedelta,
    now: datetime,
    direct: bool,
) -> tuple[str, BrokenGlass, Proposed]:
    """Makes the signed commit in the name of who calls it. Raises ConfigError for what breaks a rule, AmlopsError
    where git can't sign."""
    load_about(repo, deployment)
    author = _person(git)
    data = {
        "deployment": deployment,
        "environment": environment,
        "gates": list(gates),
        "reason": reason,
        "by": author.name,
        "opened": stamp(now),
        "expires": stamp(now + span),
    }
    name = _name(_data(repo, git.read(main_of(git), PATH))["entries"], f"{environment}-{deployment}", now, data)
    text = _with(repo, None, name, data)
    entry = _glass_of(repo, text).entries[name]

    def files(commit: str) -> Files:
        there = git.read(commit, PATH)
        if _data(repo, there)["entries"].get(name, data) != data:
            raise AmlopsError(f'somebody else made "{name}" meanwhile; run it again', exit_code=5)
        return {PATH: _with(repo, there, name, data)}

    trailers = (
        f"Break-Glass: {name}\nBreak-Glass-Gates: {', '.join(gates)}\nBreak-Glass-Expires: {stamp(entry.expires)}"
    )
    proposed = propose(
        replace(git, author=author, sign=True),
        github,
        f"break-glass/{name}",
        files,
        title=f"break-glass: {', '.join(gates)} of {deployment} into {environment}",
        body=f"{reason}\n\n{trailers}",
        direct=direct,
    )
    return name, entry, proposed


def close_glass(
    repo: Repository, git: Git, github: GitHub | None, name: str, *, note: str, now: datetime, direct: bool
) -> Proposed:
    """Says that somebody looked at it. Raises AmlopsError where there is no such entry, or it is closed."""
    author = _person(git)

    def files(commit: str) -> Files:
        text = git.read(commit, PATH)
        data = _data(repo, text)
        entry = data["entries"].get(name)
        if entry is None or "closed" in entry:
            known = ", ".join(key for key, found in data["entries"].items() if "closed" not in found) or "none"
            raise AmlopsError(f'"{name}" is no open entry of {PATH}; open are {known}', exit_code=2)
        return {PATH: _with(repo, text, name, {**entry, "closed": {"at": stamp(now), "by": author.name, "note": note}})}

    return propose(
        replace(git, author=author),
        github,
        f"break-glass/{name}-closed",
        files,
        title=f"break-glass: close {name}",
        body=note,
        direct=direct,
    )


def _name(entries: Mapping[str, Any], case: str, now: datetime, entry: dict[str, Any]) -> str:
    """The minute and the case, as far as a key has room; what is cut short ends with a digest of the whole, so that no
    two cases share a name. Numbered where another entry of the same case has it already."""
    start = f"at-{now:%y%m%d-%H%M}-"

    def fitting(end: str) -> str:
        room = KEY_LENGTH - len(start) - len(end)
        if len(case) <= room:
            return f"{start}{case}{end}"
        digest = sha256(case.encode()).hexdigest()[:6]
        return f"{start}{case[: room - 7].rstrip('-')}-{digest}{end}"

    names = chain([fitting("")], (fitting(f"-{number}") for number in count(2)))
    return next(name for name in names if entries.get(name, entry) == entry)


def _with(repo: Repository, text: str | None, name: str, entry: dict[str, Any]) -> str:
    """The file with this entry. Raises ConfigError where that breaks a rule."""
    data = _data(repo, text)
    data["entries"][name] = entry
    written = yaml_text(data, f"yaml-language-server: $schema={BREAK_GLASS_SCHEMA}")
    _glass_of(repo, written)
    return written


def _data(repo: Repository, text: str | None) -> dict[str, Any]:
    found: dict[str, Any] = document_of(text, repo.root / PATH, root=repo.root).data if text else {}
    return {"entries": {}, **found}


def _glass_of(repo: Repository, text: str) -> BreakGlass:
    document: Document = document_of(text, repo.root / PATH, root=repo.root)
    file = parse(document, BreakGlass)
    problems = [problem for rule in BREAK_GLASS_RULES for problem in rule(document, file, repo)]
    if problems:
        raise ConfigError(problems)
    return file


def _made_by(repo: Repository, git: Git, commit: str, name: str, entry: BrokenGlass) -> str | None:
    """The commit that made the entry what it is: the oldest of the last ones that all have it so."""
    made = None
    for one in git.commits(commit, PATH):
        text = git.read(one, PATH)
        try:
            found = _glass_of(repo, text).entries.get(name) if text else None
        except ConfigError:
            found = None
        if found is None or found.model_copy(update={"closed": None}) != entry.model_copy(update={"closed": None}):
            break
        made = one
    return made


def _is_signed(git: Git, github: GitHub | None, commit: str) -> bool:
    if github is not None:
        found = github.find(f"commits/{commit}")
        return bool(found and found["commit"]["verification"]["verified"])
    return git.signature(commit) in ("G", "U")


def _person(git: Git) -> Author:
    """Raises AmlopsError (exit code 2) where git does not know who that is."""
    found = git.person()
    if found is None:
        raise AmlopsError("git does not know who you are; set user.name and user.email", exit_code=2)
    return found
