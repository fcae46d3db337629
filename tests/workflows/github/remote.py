"""The bare repositories: refs, merges, what a push changed. git itself does the work."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ABSENT = "0" * 40
# One ref at a time, as GitHub's rules decide. The server says in SIM_REFUSE which refs it won't have changed, in
# SIM_KEEP which ones take no forced push, and in SIM_NO_WORKFLOWS that this token may not change workflows: no ref may
# come to a commit with a workflow file that no branch has so. Source of that: github.com/mkb79/Audible/pull/882, which
# names the answer that GitHub gave for a tag.
UPDATE_HOOK = r"""#!/bin/sh
refuse() { echo "GH013: Repository rule violations found for $1. $2" >&2; exit 1; }
zero=0000000000000000000000000000000000000000
case " $SIM_REFUSE " in *" $1 "*) refuse "$1" "$SIM_WHY" ;; esac
if [ "$2" != $zero ] && [ "$3" != $zero ]; then
  case " $SIM_KEEP " in
    *" $1 "*) git merge-base --is-ancestor "$2" "$3" || refuse "$1" "Cannot force-push to this branch" ;;
  esac
fi
if [ -n "$SIM_NO_WORKFLOWS" ] && git cat-file -e "$3^{commit}" 2>/dev/null; then
  known=$(git for-each-ref --format='%(objectname)' refs/heads |
    while read -r head; do git ls-tree -r "$head" -- .github/workflows; done)
  [ -z "$(git ls-tree -r "$3" -- .github/workflows | grep -Fxv "$known")" ] ||
    refuse "$1" "refusing to allow a GitHub App to create or update workflow without \`workflows\` permission"
fi
"""


class GitError(Exception):
    """git refused; its words."""


@dataclass(frozen=True)
class Remote:
    """One bare repository."""

    path: Path

    @staticmethod
    def create(path: Path, branch: str = "main") -> Remote:
        path.mkdir(parents=True)
        remote = Remote(path)
        remote.git("init", "-q", "--bare", "-b", branch, ".")
        settings = {
            "http.receivepack": "true",
            "http.uploadpack": "true",
            "uploadpack.allowAnySHA1InWant": "true",
            "uploadpack.allowFilter": "true",
            "receive.advertisePushOptions": "false",
            "core.logAllRefUpdates": "false",
            "gc.auto": "0",
        }
        for key, value in settings.items():
            remote.git("config", key, value)
        hook = path / "hooks/update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(UPDATE_HOOK)
        hook.chmod(0o755)
        return remote

    def git(self, *words: str, stdin: str | None = None, author: str = "", exact: bool = False) -> str:
        """What git printed, without white space around it unless `exact`. Raises GitError."""
        who = author or "GitHub"
        mail = f"{who}@users.noreply.github.example"
        names = {
            "GIT_AUTHOR_NAME": who,
            "GIT_COMMITTER_NAME": who,
            "GIT_AUTHOR_EMAIL": mail,
            "GIT_COMMITTER_EMAIL": mail,
        }
        done = subprocess.run(
            ["git", "-C", str(self.path), *words],
            input=stdin,
            capture_output=True,
            text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.path), "GIT_CONFIG_NOSYSTEM": "1", **names},
            check=False,
        )
        if done.returncode != 0:
            raise GitError(f"git {' '.join(words[:3])}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout if exact else done.stdout.strip()

    def refs(self) -> dict[str, str]:
        listed = self.git("for-each-ref", "--format=%(objectname) %(refname)")
        return {name: id for id, name in (line.split(" ", 1) for line in listed.splitlines())}

    def resolve(self, revision: str) -> str | None:
        try:
            return self.git("rev-parse", "--verify", "--quiet", revision)
        except GitError:
            return None

    def read(self, commit: str, path: str) -> str | None:
        try:
            return self.git("show", f"{commit}:{path}", exact=True)
        except GitError:
            return None

    def files(self, commit: str, under: str) -> list[str]:
        return [line for line in self.git("ls-tree", "-r", "--name-only", commit, "--", under).splitlines() if line]

    def changed(self, base: str, head: str) -> list[str]:
        """Paths that differ between two commits."""
        if base == ABSENT:
            return self.git("ls-tree", "-r", "--name-only", head).splitlines()
        return self.git("diff", "--name-only", "--no-renames", base, head).splitlines()

    def set(self, ref: str, new: str, old: str | None = None) -> None:
        self.git("update-ref", ref, new, *([old] if old else []))

    def merged_tree(self, base: str, head: str) -> str | None:
        """The tree of both together; None where they conflict."""
        try:
            return self.git("merge-tree", "--write-tree", base, head).splitlines()[0]
        except GitError:
            return None

    def commit(self, tree: str, parents: list[str], message: str, author: str) -> str:
        return self.git(
            "commit-tree", tree, *(word for parent in parents for word in ("-p", parent)), "-F", "-",
            stdin=message, author=author,
        )  # fmt: skip

    def fetch_from(self, other: Remote, ref: str, into: str) -> None:
        self.git("fetch", "-q", str(other.path), f"+{ref}:{into}")
