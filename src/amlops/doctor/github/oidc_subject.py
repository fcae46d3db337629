"""Check: tokens of jobs name their environment in the form that the deploy identities trust.

Source: GitHub's "OpenID Connect reference": `repo:O/R:environment:E`; repositories that were created, renamed or moved
after 2026-07-15 are named with their ids, `repo:O@ID/R@ID:environment:E`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..check import Check, Result
from ..situation import OnGitHub

IDS_SINCE = "2026-07-15"


class OidcSubject(Check[OnGitHub]):
    id = "oidc-subject"

    def examine(self, where: OnGitHub) -> Iterator[Result]:
        template = where.github.find("actions/oidc/customization/sub") or {"use_default": True}
        if not template.get("use_default"):
            keys = ", ".join(template.get("include_claim_keys") or ())
            mend = f"gh api -X PUT repos/{where.name}/actions/oidc/customization/sub -F use_default=true"
            yield self.wrong(f"subjects are made of {keys}; the deploy identities trust GitHub's own form", mend)
            return
        yield self.ok(f"subjects have GitHub's own form; bootstrap with --repository {subject_name(where)}")


def subject_name(where: OnGitHub) -> str:
    """How subjects name the repository. Of a rename the API tells nothing: then the ids are right though it is old."""
    found = where.github.get(f"/repos/{where.name}")
    if str(found.get("created_at") or "") <= IDS_SINCE:
        return where.name
    owner, name = where.name.split("/")
    return f"{owner}@{found['owner']['id']}/{name}@{found['id']}"
