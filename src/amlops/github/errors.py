"""How GitHub's API says no."""

from __future__ import annotations

from amlops.errors import AmlopsError


class GitHubRefused(AmlopsError):
    """GitHub answered with an error that waiting doesn't mend; `status` is HTTP's, `said` GitHub's own words."""

    def __init__(self, doing: str, status: int, said: str) -> None:
        self.status = status
        self.said = said
        super().__init__(f"GitHub refused {doing}: {status} {said}")


class NotAllowed(GitHubRefused):
    """403: the token may not do this. On a pull request from a fork every token may only read."""


class Unsure(AmlopsError):
    """The connection ended, or a gateway answered, after a request was sent that must not be sent twice unseen."""
