"""What is unverified and isn't asked, with the reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotAsked:
    said: str
    where: str
    why: str


NOT_ASKED: tuple[NotAsked, ...] = (
    NotAsked(
        "Jobs that want more cores than the quota has wait with ClusterCoreQuotaReached",
        "docs/azure.md 3",
        "A job can only be made to wait by using the quota up, which costs; a cluster without quota is asked instead",
    ),
    NotAsked(
        '"Multiple preview features" ended with the low-priority machines',
        "docs/azure.md 10",
        "No page names them, so there is nothing to ask for; low priority itself is asked",
    ),
    NotAsked(
        "Azure webhooks have fixed bodies, so a function stands between a monitor's alarm and GitHub",
        "docs/azure.md 5",
        "It needs a repository and a monitor with a day of data",
    ),
    NotAsked(
        "Limits of a region (100 endpoints, 500 deployments), of an endpoint (500 requests a second, 5 MBPS)",
        "docs/azure.md 2; src/amlops/stacks/preflight/checks/limits.py",
        "Reaching one costs more than the cap",
    ),
    NotAsked(
        "A managed network is built with the first compute, in about half an hour, and goes one way",
        "docs/azure.md 9",
        "It bills a firewall, and nothing is left to go back to",
    ),
    NotAsked(
        "Tokens of GitHub's OIDC are taken by the deploy identities, and refreshed from a file in a long apply",
        "src/amlops/github/oidc.py; docs/azure.md 7",
        "It needs a repository; the run acts as whoever is logged in",
    ),
    NotAsked(
        "A deploy identity reaches nothing of another realm",
        "ADR 0013",
        "Who runs this is the owner; the identities can only be had from a job of GitHub's",
    ),
    NotAsked(
        "Mirrored requests are in the deployment's own RequestsPerMinute, by envoy_response_code",
        "docs/azure.md 1; src/amlops/rollout/metrics.py",
        "The run mirrors nothing, to be short",
    ),
    NotAsked(
        "Serverless models, marketplace subscriptions and Azure OpenAI deployments as described",
        "docs/azure.md 6",
        "Nothing here declares one yet, and some bill until they are purged",
    ),
)
