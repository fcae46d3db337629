"""Which deployments main has otherwise than they were last tried to be released, whichever run was to see that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from amlops.config import About
from amlops.git import Git

from .tried import Tried

NO_RELEASE = ("releases", "stages", "tests")
"""Folders of a deployment that no release is made of."""
RELEASES = ":(glob)deployments/*/releases/*.yaml"
MAIN = "refs/heads/main"


def changed_since(git: Git, abouts: Mapping[str, About], commit: str) -> dict[str, str]:
    """Those that HEAD has otherwise than a commit, with what says so; all, where the clone has no such commit."""
    if git.resolve(commit) is None:
        return dict.fromkeys(abouts, "the commit before is not known")
    return changed_deployments(git.changed(commit, "HEAD"), abouts)


def unreleased(
    git: Git, abouts: Mapping[str, About], last: Mapping[str, Tried], before: str | None = None
) -> dict[str, str]:
    """Those that HEAD has otherwise than `last`, with what says so. None of a HEAD that is older than that.

    One that no run has tried yet is compared with the commit that brought its newest release, and with `before`
    a push; without a release it is due. Deployments of one commit are compared together. Raises GitFailed.
    """
    head = git.head()
    known = git.ancestors(head)
    later = _later(git, head, {one.commit for name, one in last.items() if name in abouts} - known)
    since: dict[str, list[str]] = {}
    found: dict[str, str] = {}
    for name in abouts.keys() & last.keys():
        commit = last[name].commit
        if commit in known:
            since.setdefault(commit, []).append(name)
        elif commit not in later:
            found[name] = f"the commit it was last tried of, {commit[:10]}, is none of main"
    new = {name: about for name, about in abouts.items() if name not in last}
    for name, brought in (_brought(git, head) if new else {}).items():
        if name in new:
            since.setdefault(brought, []).append(name)
    for commit, names in since.items():
        found |= changed_since(git, {name: abouts[name] for name in names}, commit) if commit != head else {}
    if before is not None:
        found |= changed_since(git, new, before)
    compared = {name for names in since.values() for name in names}
    return found | {name: "it was never released" for name in new if name not in compared | found.keys()}


def _later(git: Git, head: str, commits: set[str]) -> set[str]:
    """Those of `commits` that come from `head`."""
    if any(git.resolve(commit) is None for commit in commits):
        git.fetch(MAIN)
    return {commit for commit in commits if git.resolve(commit) is not None and head in git.ancestors(commit)}


def _brought(git: Git, head: str) -> dict[str, str]:
    """The commit that last changed a release of each deployment."""
    found: dict[str, str] = {}
    for path, commit in git.last_changed(head, RELEASES).items():
        found.setdefault(path.split("/")[1], commit)
    return found


def changed_deployments(paths: Iterable[str], abouts: Mapping[str, About]) -> dict[str, str]:
    """Deployments that a release may come out differently of, with the first path that says so."""
    found: dict[str, str] = {}
    for path in sorted(paths):
        for name in _made_of(path, abouts):
            found.setdefault(name, path)
    return found


def _made_of(path: str, abouts: Mapping[str, About]) -> Iterator[str]:
    """Deployments whose releases a file has a part in; several may be measured by the same rows."""
    folder, _, below = path.partition("/")
    if folder == "evaluations":
        yield from (name for name, about in abouts.items() if about.evaluation and about.evaluation.data == below)
    elif folder == "deployments" and "/" in below and not path.endswith(".md"):
        name, _, inside = below.partition("/")
        if name in abouts and inside.partition("/")[0] not in NO_RELEASE:
            yield name
