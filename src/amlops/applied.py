"""What each stack was last applied from: `refs/applied/<stack>` of the remote, which names a commit of main.

The ref points at a text with the commit's id, not at the commit: GitHub refuses an App without `workflows: write` a ref
to a commit whose workflow files no branch has (docs/adr/0023). Where a person set it to the commit itself, that counts
as well. Whoever may push could delete such a ref; evidence, which only the App may push, then still tells of applies.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from .errors import AmlopsError
from .evidence import Evidence
from .git import Git, GitFailed

APPLIED = "refs/applied/"
COMMIT_ID = re.compile(r"[0-9a-f]{40}")


def applied_ref(stack: str) -> str:
    return f"{APPLIED}{stack}"


def applied_commits(git: Git) -> dict[str, str]:
    """Commits by stack, as the remote has them; the clone may not have them all. Raises GitFailed."""
    refs = git.remote_refs(f"{APPLIED}*")
    named = _named(git, refs.values())
    return {name.removeprefix(APPLIED): named[id] for name, id in refs.items()}


def applied_commit(git: Git, stack: str) -> str | None:
    """The commit that the stack was last applied from, which the clone then has; None where it never was.

    Raises GitFailed; AmlopsError where the ref names no commit of the remote.
    """
    commit = _at(git, stack)[1]
    if commit is not None and not is_commit(git, commit):
        ref = applied_ref(stack)
        todo = f"set it to the commit of main that {stack} was last applied from (`git log origin/evidence` has it)"
        raise AmlopsError(f"{ref} names {commit[:12]}, which is no commit of {git.remote}; {todo}", exit_code=4)
    return commit


def is_commit(git: Git, id: str) -> bool:
    """Whether what a ref names is a commit of the remote, which the clone then has."""
    return git.obtain(id) and git.resolve(id) is not None


def move_applied(git: Git, stack: str, before: str | None, after: str | None) -> bool:
    """Says that a stack was applied from another commit (None: that it isn't applied), if it still is `before`.

    False where somebody else was quicker. Raises GitFailed where the remote refuses otherwise.
    """
    id, commit = _at(git, stack)
    if commit != before:
        return False
    return git.swap(applied_ref(stack), id, None if after is None else git.store(f"{after}\n"))


def recorded(evidence: Evidence, among: Collection[str] | None = None) -> dict[str, str]:
    """The commit that each stack was last applied from by what evidence says, by stack; one that was destroyed since is
    left out, and so are applies whose release then did not answer. `among`: of these stacks only. Raises GitFailed."""
    paths = [path for path in evidence.paths if path.startswith("stacks/") and path.count("/") == 2]
    if among is not None:
        paths = [path for path in paths if path.split("/")[1] in among]
    found: dict[str, tuple[str, str]] = {}
    for path, said in evidence.read_all(paths).items():
        _, stack, file = path.split("/")
        what, _, commit = file.removesuffix(".json").partition("-")
        if what == "destroyed" or (what == "applied" and _answered(said)):
            at = str((said.get("written") or {}).get("at") or "")
            found[stack] = max(found.get(stack, ("", "")), (at, commit if what == "applied" else ""))
    return {stack: commit for stack, (_, commit) in sorted(found.items()) if commit}


def restore_command(stack: str, commit: str) -> str:
    """What a person types where the ref is gone."""
    return f"git push origin {commit}:{applied_ref(stack)}"


# -- inside ------------------------------------------------------------------------------------------------------------


def _at(git: Git, stack: str) -> tuple[str | None, str | None]:
    """(what the ref points at, the commit that it names); None twice where there is no ref."""
    ref = applied_ref(stack)
    id = git.remote_refs(ref).get(ref)
    return (None, None) if id is None else (id, _named(git, [id])[id])


def _named(git: Git, ids: Collection[str]) -> dict[str, str]:
    """The commit that each object names; an object that is no such text stands for itself."""
    if not git.obtain(*ids):
        raise GitFailed("read refs/applied", "the remote no longer has what a ref points at; run it again")
    texts = {id: text.strip() for id, text in git.objects(ids).items()}
    return {id: texts[id] if COMMIT_ID.fullmatch(texts.get(id, "")) else id for id in ids}


def _answered(said: Mapping[str, Any]) -> bool:
    """Whether what users get passed the smoke test of the last apply that this file tells of."""
    (*_, last) = said.get("applies") or [{}]
    return all(one["passed"] or one["role"] != "current" for one in last.get("smoke") or ())
