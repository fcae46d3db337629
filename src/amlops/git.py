"""The one edge to git: what stands at a commit, refs that change by comparison, commits that other people's can't undo.

Nothing here touches the work tree but `export`, which writes a commit's files into another folder.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from .errors import AmlopsError

ABSENT = "0" * 40
"""What a ref that isn't there is compared with."""

Files = Mapping[str, str | bytes | None]
"""Content by path; None takes the file away."""

FEW = 20
"""Paths that are looked up one by one."""

TRIES = 10
"""How often a commit is made anew on top of what somebody else pushed meanwhile."""


class GitFailed(AmlopsError):
    """git refused; `said` is the end of what it wrote."""

    def __init__(self, doing: str, said: str) -> None:
        self.said = said
        super().__init__(f"git could not {doing}: {said or 'it said nothing'}")


@dataclass(frozen=True, slots=True)
class Author:
    """Whom commits name."""

    name: str = "amlops"
    email: str = "amlops@users.noreply.github.com"


@dataclass(frozen=True)
class Git:
    """A clone and its remote. `variables` are added to git's own (a credential for the remote, say). `sign` signs
    commits with the key that git's configuration names."""

    root: Path
    remote: str = "origin"
    author: Author = Author()
    variables: Mapping[str, str] = field(default_factory=dict)
    sign: bool = False

    # -- what stands where -------------------------------------------------------------------------------------------

    def resolve(self, revision: str) -> str | None:
        """The full id of a commit, None where the clone has none of that name."""
        done = self._git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", check=False)
        return done.stdout.decode().strip() or None

    def head(self) -> str:
        """Raises AmlopsError in a repository without a commit."""
        found = self.resolve("HEAD")
        if found is None:
            raise AmlopsError("this repository has no commit yet; commit something", exit_code=2)
        return found

    def merge_base(self, one: str, other: str) -> str:
        """The last commit that both come from. Raises GitFailed."""
        return self._text("find a common commit", "merge-base", one, other)

    def changed(self, base: str, head: str | None = None) -> tuple[str, ...]:
        """Paths that differ between two commits; without `head`, between `base` and the work tree, untracked too."""
        if head is not None:
            found = self._text("compare", "diff", "--name-only", "--no-renames", "-z", base, head)
        else:
            found = self._text("compare", "diff", "--name-only", "--no-renames", "-z", base)
            found += self._text("list files", "ls-files", "--others", "--exclude-standard", "-z")
        return tuple(sorted(set(filter(None, found.split("\0")))))

    def read(self, commit: str, path: str) -> str | None:
        """A file as it stands at a commit, None where it isn't there."""
        done = self._git("show", f"{commit}:{path}", check=False)
        return done.stdout.decode() if done.returncode == 0 else None

    def texts(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        """Files as they stand at a commit, by path, read by one process; those that aren't there are left out."""
        asked = list(paths)
        # git looks a path up tree by tree, each time; where there are many, all ids are listed once
        ids = self._ids(commit) if len(asked) > FEW else {path: f"{commit}:{path}" for path in asked}
        asked = [path for path in asked if path in ids]
        found = self.objects(ids[path] for path in asked)
        return {path: found[ids[path]] for path in asked if ids[path] in found}

    def objects(self, names: Iterable[str]) -> dict[str, str]:
        """The texts of objects of the clone by how they were named (`<id>`, `<commit>:<path>`), read by one process;
        what is no text, or isn't there, is left out."""
        asked = list(dict.fromkeys(names))
        lines = "".join(f"{name}\n" for name in asked)
        answer = self._git("cat-file", "--batch", stdin=lines.encode(), doing="read objects").stdout
        found, at = {}, 0
        for name in asked:
            end = answer.index(b"\n", at)
            head, at = answer[at:end].rsplit(b" ", 2), end + 1
            if len(head) == 3 and head[2].isdigit():
                size = int(head[2])
                if head[1] == b"blob":
                    found[name] = answer[at : at + size].decode(errors="replace")
                at += size + 1
        return found

    def _ids(self, commit: str) -> dict[str, str]:
        """The object of every file of a commit, by path."""
        listed = self._text("list files", "ls-tree", "-r", "-z", commit).split("\0")
        return {path: head.split()[2] for head, _, path in (entry.partition("\t") for entry in listed) if path}

    def changed_since(self, commit: str, since: datetime, under: str) -> dict[str, datetime]:
        """Paths below a folder that commits since then changed, up to this one, with the time of the last of them."""
        found = self._last_of_each("%ct", f"--since={int(since.timestamp())}", commit, "--", under)
        return {path: datetime.fromtimestamp(int(at), UTC) for path, at in found.items()}

    def last_changed(self, commit: str, *under: str) -> dict[str, str]:
        """Paths that match, with the last commit that changed each, newest first. What came by a merge was changed on
        its branch."""
        return self._last_of_each("%H", commit, "--", *under)

    def _last_of_each(self, what: str, *words: str) -> dict[str, str]:
        """Changed paths, with what `git log` says (its placeholder) of the last commit that changed each."""
        found: dict[str, str] = {}
        said = ""
        listed = self._text("list commits", "log", f"--format=@{what}", "--name-only", "--no-renames", *words)
        for line in listed.splitlines():
            if line.startswith("@"):
                said = line[1:]
            elif line:
                found.setdefault(line, said)
        return found

    def commits(self, commit: str, path: str) -> tuple[str, ...]:
        """Those up to this one that changed a file, the last one first."""
        return tuple(self._text("list commits", "log", "--format=%H", commit, "--", path).split())

    def signature(self, commit: str) -> str:
        """git's own word on a commit's signature: `G` good, `U` good by a key of unknown trust, `N` none, else bad or
        not to be checked here. Source: git-log(1), `%G?`."""
        return self._text("look at a signature", "log", "-1", "--format=%G?", commit)

    def person(self) -> Author | None:
        """Whom git's own configuration names, None where it names nobody."""
        found = [self._git("config", key, check=False).stdout.decode().strip() for key in ("user.name", "user.email")]
        return Author(*found) if all(found) else None

    def ancestors(self, commit: str) -> frozenset[str]:
        """The commit and everything that it comes from."""
        return frozenset(self._text("list commits", "rev-list", commit).split())

    def files(self, commit: str, under: str = "") -> tuple[str, ...]:
        """Paths below a folder at a commit."""
        found = self._text(
            "list files", "ls-tree", "-r", "--name-only", "-z", commit, "--", *([under] if under else [])
        )
        return tuple(filter(None, found.split("\0")))

    def export(self, commit: str, folder: Path, under: Sequence[str] = ()) -> None:
        """Writes a commit's files into an empty folder; only files and folders of `under`, where it has them."""
        there: list[str] = []
        if under:
            there = self._text("list files", "ls-tree", "--name-only", "-z", commit, "--", *under).split("\0")
            if not any(there):
                return
        packed = self._git("archive", "--format=tar", commit, "--", *filter(None, there)).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")

    # -- the remote --------------------------------------------------------------------------------------------------

    def fetch(self, *refs: str) -> None:
        """Fetches refs under their own names (`refs/applied/*`, `refs/heads/evidence`); one that isn't there is
        forgotten here too. Raises GitFailed."""
        have = self.remote_refs(*refs)
        if have:
            self._git("fetch", "--quiet", "--no-tags", self.remote, *(f"+{name}:{_kept(name)}" for name in have))
        for pattern in refs:
            if "*" not in pattern and pattern not in have:
                self._git("update-ref", "-d", _kept(pattern), check=False)

    def obtain(self, *ids: str) -> bool:
        """Whether the clone has these objects, after those that it lacked were asked of the remote. Raises GitFailed
        where that doesn't answer."""
        lacking = self._lacking(ids)
        if not lacking:
            return True
        words = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", self.remote)
        done = self._git(*words, *lacking, check=False)
        said = done.stderr.decode(errors="replace")
        if done.returncode != 0 and "not our ref" not in said:
            raise GitFailed("fetch objects", _last(said))
        return not self._lacking(lacking)

    def _lacking(self, ids: Iterable[str]) -> list[str]:
        asked = "".join(f"{id}\n" for id in dict.fromkeys(ids))
        said = self._text("look for objects", "cat-file", "--batch-check", stdin=asked.encode())
        return [line.split()[0] for line in said.splitlines() if line.endswith(" missing")]

    def remote_url(self) -> str:
        """The remote's address. Raises GitFailed for a clone without it."""
        return self._text("find the remote", "remote", "get-url", self.remote)

    def remote_refs(self, *patterns: str) -> dict[str, str]:
        """The remote's refs by name, with what they point at. Raises GitFailed where it doesn't answer."""
        found = self._text("ask the remote", "ls-remote", "--quiet", self.remote, *patterns)
        pairs = (line.split("\t", 1) for line in found.splitlines())
        return {name: id for id, name in pairs if name != "HEAD"}

    def swap(self, ref: str, old: str | None, new: str | None) -> bool:
        """Sets a ref of the remote to an object that the clone has (None: deletes it), if it still is `old` (None: if
        it isn't there). False where somebody else was quicker. Raises GitFailed where the remote refuses otherwise."""
        lease = f"--force-with-lease={ref}:{old or ABSENT}"
        done = self._git("push", "--quiet", lease, self.remote, f"{new or ''}:{ref}", check=False)
        if done.returncode == 0:
            return True
        said = done.stderr.decode(errors="replace")
        if any(word in said for word in ("stale info", "fetch first", "cannot lock ref", "failed to update ref")):
            return False
        raise GitFailed(f"change {ref} of {self.remote}", _last(said))

    def store(self, text: str) -> str:
        """Keeps a text as an object of the clone; gives its id, for `swap`."""
        return self._text("keep an object", "hash-object", "-w", "--stdin", stdin=text.encode())

    def object(self, id: str) -> str:
        """The text of an object."""
        return self._git("cat-file", "blob", id).stdout.decode()

    def push_files(
        self, branch: str, files: Files | Callable[[str | None], Files], message: str, *, onto: str | None = None
    ) -> str:
        """Commits files (None: without the file) on top of a branch of the remote and pushes, anew where it moved
        meanwhile. Gives the commit; the branch's own where nothing differs.

        `files` may follow from the commit that they come on top of: a function of it, asked anew for each try, so that
        what somebody else pushed is not undone. `onto` starts a new branch at this commit; without it a branch that
        isn't there starts empty. Raises GitFailed.
        """
        ref = f"refs/heads/{branch}"
        for _ in range(TRIES):
            at = self.remote_refs(ref).get(ref)
            if at is not None:
                self._git("fetch", "--quiet", "--no-tags", self.remote, f"+{ref}:{_kept(ref)}")
            parent = at or onto
            commit = self._commit(parent, files(parent) if callable(files) else files, message)
            if commit == at or self.swap(ref, at, commit):
                self._git("update-ref", _kept(ref), commit)
                return commit
        raise AmlopsError(
            f"{branch} of {self.remote} moved {TRIES} times while this was committed; try again", exit_code=5
        )

    def restart_branch(self, branch: str, onto: str, files: Files, message: str) -> str:
        """Makes a branch of the remote one commit with these files on top of `onto`, whatever it was. Gives the commit.

        A branch that is so already, message and all, stays. Raises GitFailed; AmlopsError where somebody else changes
        it at the same time.
        """
        ref = f"refs/heads/{branch}"
        at = self.remote_refs(ref).get(ref)
        if at is not None:
            self._git("fetch", "--quiet", "--no-tags", self.remote, f"+{ref}:{_kept(ref)}")
            as_it_is = self._git("log", "-1", "--format=%P%n%B", at).stdout.decode().strip()
            if as_it_is == f"{onto}\n{message.strip()}" and self._same(onto, at, files):
                return at
        commit = self._commit(onto, files, message)
        if not self.swap(ref, at, commit):
            raise AmlopsError(f"{branch} of {self.remote} was changed at the same time; run it again", exit_code=5)
        self._git("update-ref", _kept(ref), commit)
        return commit

    def _same(self, onto: str, at: str, files: Files) -> bool:
        """Whether the commit differs from the one below it in these files alone, and has them so."""
        if set(self.changed(onto, at)) - set(files):
            return False
        return all(
            self.read(at, path) == (text.decode() if isinstance(text, bytes) else text) for path, text in files.items()
        )

    def _commit(self, parent: str | None, files: Files, message: str) -> str:
        index = {"GIT_INDEX_FILE": str(self._folder() / f"amlops-index-{os.getpid()}")}
        try:
            self._git("read-tree", *([parent] if parent else ["--empty"]), extra=index)
            lines = []
            for path, content in files.items():
                if content is None:
                    lines.append(f"0 {ABSENT}\t{path}")
                    continue
                data = content.encode() if isinstance(content, str) else content
                id = self._text("keep a file", "hash-object", "-w", "--stdin", stdin=data)
                lines.append(f"100644 {id}\t{path}")
            self._git(
                "update-index", "--index-info", stdin="".join(f"{line}\n" for line in lines).encode(), extra=index
            )
            tree = self._text("write a tree", "write-tree", extra=index)
        finally:
            Path(index["GIT_INDEX_FILE"]).unlink(missing_ok=True)
        if parent is not None and tree == self._text("read a tree", "rev-parse", f"{parent}^{{tree}}"):
            return parent
        signed = ["-S"] if self.sign else []
        words = ["commit-tree", *signed, tree, *(["-p", parent] if parent else []), "-F", "-"]
        return self._text("commit", *words, stdin=message.encode())

    # -- inside ------------------------------------------------------------------------------------------------------

    def _folder(self) -> Path:
        return Path(self._text("find itself", "rev-parse", "--absolute-git-dir"))

    def _text(self, doing: str, *words: str, stdin: bytes | None = None, extra: Mapping[str, str] | None = None) -> str:
        return self._git(*words, stdin=stdin, extra=extra, doing=doing).stdout.decode().strip()

    def _git(
        self,
        *words: str,
        stdin: bytes | None = None,
        extra: Mapping[str, str] | None = None,
        check: bool = True,
        doing: str = "",
    ) -> subprocess.CompletedProcess[bytes]:
        who = {
            "GIT_AUTHOR_NAME": self.author.name,
            "GIT_AUTHOR_EMAIL": self.author.email,
            "GIT_COMMITTER_NAME": self.author.name,
            "GIT_COMMITTER_EMAIL": self.author.email,
            "GIT_TERMINAL_PROMPT": "0",
        }
        environment = {**os.environ, **who, **self.variables, **(extra or {})}
        words_: Sequence[str] = ["git", "--no-pager", "-C", str(self.root), *words]
        done = subprocess.run(words_, input=stdin, capture_output=True, env=environment, check=False)
        if check and done.returncode != 0:
            raise GitFailed(doing or words[0], _last(done.stderr.decode(errors="replace")))
        return done


def _kept(ref: str) -> str:
    """Where a remote's ref is kept here: branches beside the others that were fetched, further refs as they are."""
    return ref.replace("refs/heads/", "refs/remotes/origin/", 1)


def _last(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return " / ".join(lines[-3:])
