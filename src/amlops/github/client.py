"""A repository on GitHub as one token sees it: its comments, pull requests, issues and runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from .comments import Comments
from .issues import Issues
from .pulls import Pulls
from .rest import Rest
from .runs import Runs
from .tokens import token_of


class GitHub(Rest):
    @staticmethod
    def of(environ: Mapping[str, str]) -> GitHub | None:
        """From the variables of a workflow's job: the App's token where the job has it, else the job's own. None
        outside of GitHub."""
        repository = environ.get("GITHUB_REPOSITORY")
        token = token_of(environ)
        if not repository or token is None:
            return None
        return GitHub(environ.get("GITHUB_API_URL", "https://api.github.com").rstrip("/"), repository, token)

    def comment(self, number: int, marker: str, body: str) -> str:
        """The one comment with this marker on an issue or pull request, made or changed; gives its address. Raises
        NotAllowed where the token may not comment (a fork's pull request)."""
        return self.comments.put(number, marker, body)

    @cached_property
    def comments(self) -> Comments:
        return Comments(self)

    @cached_property
    def pulls(self) -> Pulls:
        return Pulls(self)

    @cached_property
    def issues(self) -> Issues:
        return Issues(self)

    @cached_property
    def runs(self) -> Runs:
        return Runs(self)
