"""The token of the GitHub App that bots act by, kept fresh while work goes on: it lives for an hour, a job for six.

The App's key signs for each. It is taken out of the process's variables first, so nothing that this process starts gets
it: the programs, Pulumi's plugins, a team's code. Source: GitHub's "Generating an installation access token for a
GitHub App".
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from amlops.errors import AmlopsError

from .errors import GitHubRefused, Unsure
from .fresh_file import FreshFile, Pause
from .tokens import TOKEN_FILE
from .transport import Answer, Transport

KEY = "AMLOPS_APP_PRIVATE_KEY"
CLIENT_ID = "AMLOPS_APP_CLIENT_ID"
PERMISSIONS = "AMLOPS_APP_PERMISSIONS"
LEVELS = ("read", "write")
SIGNED = 540
"""Seconds that a signature is good for; GitHub takes ten minutes at most."""
BEHIND = 60
"""Seconds that GitHub's clock may be behind the runner's."""
TRIES = 3
"""How often a token is asked for whose answer was lost; one that nobody got does no harm."""


@contextmanager
def app_token(environ: MutableMapping[str, str]) -> Iterator[None]:
    """Where the process has the App's key: takes it away, and names a file with a fresh token in its stead. The last
    token is ended with the command.

    Raises AmlopsError where the variables are no good (exit code 2), or GitHub gives no token.
    """
    key = environ.pop(KEY, "")
    if not key:
        yield
        return
    app = App.of(environ, key)
    folder = Path(environ.get("RUNNER_TEMP") or tempfile.gettempdir())
    file = FreshFile(folder / f"amlops-app-{os.getpid()}", "the App's token", app.token)
    file.open()
    environ[TOKEN_FILE] = str(file.path)
    try:
        yield
    finally:
        del environ[TOKEN_FILE]
        last = file.path.read_text(encoding="utf-8")
        file.close()
        app.end(last)


@dataclass(frozen=True)
class App:
    """`permissions` as GitHub's API names them (`pull_requests`: `write`), no more than the job needs."""

    api_url: str
    repository: str
    client_id: str
    permissions: Mapping[str, str]
    key: str = field(repr=False)

    @staticmethod
    def of(environ: Mapping[str, str], key: str) -> App:
        """From the variables of a workflow's job. Raises AmlopsError (exit code 2)."""
        missing = [name for name in (CLIENT_ID, PERMISSIONS, "GITHUB_REPOSITORY") if not environ.get(name)]
        if missing:
            raise AmlopsError(f"{KEY} is set without {', '.join(missing)}; set all of them, or none", exit_code=2)
        url = environ.get("GITHUB_API_URL", "https://api.github.com").rstrip("/")
        return App(url, environ["GITHUB_REPOSITORY"], environ[CLIENT_ID], permissions_of(environ[PERMISSIONS]), key)

    def token(self, pause: Pause = time.sleep) -> tuple[str, float]:
        """A token for this one repository, and its life in seconds. Raises AmlopsError."""
        asking = Transport(self.api_url, self._signature, pause)
        try:
            id = asking.send("GET", f"/repos/{self.repository}/installation").body["id"]
            name = self.repository.partition("/")[2]
            asked = {"repositories": [name], "permissions": dict(self.permissions)}
            answer = _sent(lambda: asking.send("POST", f"/app/installations/{id}/access_tokens", body=asked))
        except GitHubRefused as error:
            todo = "see `amlops doctor github`: is the App installed here, with these permissions, and the key its own?"
            raise AmlopsError(f"the App got no token: {error}; {todo}", exit_code=4) from None
        until = datetime.fromisoformat(str(answer.body["expires_at"]))
        return str(answer.body["token"]), (until - (answer.date or datetime.now(UTC))).total_seconds()

    def end(self, token: str) -> None:
        """Makes a token good for nothing any more, if GitHub answers at once; else it ends by itself."""
        try:
            Transport(self.api_url, lambda: token, _not_now).send("DELETE", "/installation/token")
        except AmlopsError as error:
            sys.stderr.write(f"the App's token ends by itself within the hour: {error}\n")

    def _signature(self) -> str:
        """Raises AmlopsError (exit code 2) for a key that is none."""
        import jwt

        now = int(time.time())
        said = {"iat": now - BEHIND, "exp": now + SIGNED, "iss": self.client_id}
        try:
            return jwt.encode(said, self.key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            message = f"{KEY} holds no RSA key in PEM; set the secret to the file that GitHub gave for the App"
            raise AmlopsError(message, exit_code=2) from None


def permissions_of(text: str) -> dict[str, str]:
    """`actions=read contents=write`, as a mapping. Raises AmlopsError (exit code 2)."""
    found = {what: level for what, _, level in (item.partition("=") for item in text.split())}
    wrong = sorted(what for what, level in found.items() if level not in LEVELS)
    if wrong or not found:
        form = "`actions=read contents=write`: GitHub's names, each read or write"
        raise AmlopsError(f'{PERMISSIONS}: "{text}" is invalid; it is written {form}', exit_code=2)
    return found


def _not_now(_: float) -> None:
    raise AmlopsError("GitHub did not answer")


def _sent(send: Callable[[], Answer]) -> Answer:
    for _ in range(TRIES - 1):
        try:
            return send()
        except Unsure:
            continue
    return send()
