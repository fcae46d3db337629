"""The one edge to GitHub: its REST API, the run that this process is part of, its OIDC tokens, its git over HTTPS.

It knows nothing of stacks, releases or clouds. Outside of GitHub `Run.of` and `GitHub.of` give None.
"""

from __future__ import annotations

from .app import app_token
from .client import GitHub
from .errors import GitHubRefused, NotAllowed
from .issues import Issue
from .oidc import FederatedToken
from .pulls import Pull
from .remote import open_git
from .run import MATRIX_JOBS, Run, written_by
from .runs import Approval, Asking

__all__ = [
    "MATRIX_JOBS",
    "Approval",
    "Asking",
    "FederatedToken",
    "GitHub",
    "GitHubRefused",
    "Issue",
    "NotAllowed",
    "Pull",
    "Run",
    "app_token",
    "open_git",
    "written_by",
]
