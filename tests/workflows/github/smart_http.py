"""git over HTTP: git's own `http-backend` behind the question who may read and who may change which ref."""

from __future__ import annotations

import gzip
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from .hub import Hub
from .remote import ABSENT
from .rulesets import rules_for
from .tokens import Token

OURS = ("refs/heads/main", "refs/heads/evidence", "refs/applied/", "refs/leases/")
"""What a job's own token never may change here, though GitHub could let it: only the App does."""


@dataclass(frozen=True)
class SmartHttp:
    hub: Hub

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """(status, headers, body) of a request below `/{owner}/{name}.git/` (or without `.git`)."""
        url = urlsplit(target)
        parts = url.path.strip("/").split("/")
        full_name, rest = f"{parts[0]}/{parts[1].removesuffix('.git')}", "/".join(parts[2:])
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        who = self.hub.who(headers.get("Authorization", ""))
        writes = "git-receive-pack" in (rest, *url.query.split("="))
        if not (self.hub.root / f"{full_name}.git").is_dir():
            return 404, [], b"Repository not found."
        if who is None:
            return 401, [("WWW-Authenticate", 'Basic realm="GitHub"')], b"Invalid username or token."
        if not self._may(who, full_name, writes=writes):
            return 403, [], f"Permission to {full_name}.git denied to {who.login}.".encode()
        variables = {
            "GIT_PROJECT_ROOT": str(self.hub.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": f"/{full_name}.git/{rest}",
            "QUERY_STRING": url.query,
            "REQUEST_METHOD": method,
            "CONTENT_TYPE": headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_USER": who.login,
            "REMOTE_ADDR": "127.0.0.1",
            "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
            "PATH": os.environ["PATH"],
            "HOME": str(self.hub.root),
        }
        if rest != "git-receive-pack":
            return _cgi(variables, body)
        with self.hub.lock:
            remote = self.hub.repository(full_name)
            before = remote.refs()
            found = _cgi({**variables, **self._rules(who, full_name, body)}, body)
            if self.hub.on_push is not None:
                self.hub.on_push(remote, before, remote.refs(), who)
            return found

    def _may(self, who: Token, full_name: str, *, writes: bool) -> bool:
        if full_name != self.hub.full_name:
            return not writes or (who.kind == "person" and who.login == full_name.split("/")[0])
        return who.may("contents", "write" if writes else "read")

    def _rules(self, who: Token, full_name: str, body: bytes) -> dict[str, str]:
        """What the repository's hook is told."""
        if full_name != self.hub.full_name:
            return {}
        refused: list[str] = []
        kept: list[str] = []
        why = ""
        for old, new, ref in _commands(body):
            said = self._refusal(who, ref, old, new)
            if said:
                refused.append(ref)
                why = said
            elif ref.startswith("refs/heads/"):
                rules = rules_for(self.hub.remote, ref.removeprefix("refs/heads/"), who)
                if "non_fast_forward" in rules.of:
                    kept.append(ref)
        found = {"SIM_REFUSE": " ".join(refused), "SIM_WHY": why, "SIM_KEEP": " ".join(kept)}
        if who.kind != "person" and not who.may("workflows", "write"):
            found["SIM_NO_WORKFLOWS"] = "1"
        return found

    def _refusal(self, who: Token, ref: str, old: str, new: str) -> str:
        if ref.startswith("refs/pull/"):
            return "deny updating a hidden ref"
        if who.kind == "job" and ref.startswith(OURS):
            return "The default token of a job may not change this ref."
        if ref.startswith("refs/heads/"):
            return (
                rules_for(self.hub.remote, ref.removeprefix("refs/heads/"), who).refuses(old, new, forced=False) or ""
            )
        return ""


def _commands(body: bytes) -> Iterator[tuple[str, str, str]]:
    """(old, new, ref) of each command of a push. Source: gitprotocol-pack(5), "Reference Update Request"."""
    at = 0
    while (length := int(body[at : at + 4] or b"0000", 16)) != 0:
        line = body[at + 4 : at + length].split(b"\0")[0].decode().strip()
        at += length
        words = line.split(" ", 2)
        if len(words) == 3 and len(words[0]) == len(ABSENT):
            yield words[0], words[1], words[2]


def _cgi(variables: dict[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=variables, check=False)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    status, headers = 200, []
    for line in head.decode().splitlines():
        name, _, value = line.partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        elif name:
            headers.append((name, value.strip()))
    return status, headers, content
