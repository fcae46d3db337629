"""The smoke test: the deployment's sample request, sent past the traffic rules."""

from __future__ import annotations

import time
from dataclasses import dataclass

from amlops.azure import Azure
from amlops.errors import AmlopsError
from amlops.progress import Progress
from amlops.rollout.endpoint import EndpointState, Place
from amlops.rollout.keys import bearer
from amlops.rollout.situation import Smoke, arm_name
from amlops.rollout.smoke import NotAnswered, ask

TRIES = 2
"""Answers of the model that fail it: a first one may have come while it was still loading."""
UNREADY = 20
"""Polls that a deployment may take to be reachable after ARM says that it is."""


@dataclass(frozen=True, slots=True)
class SmokeTest:
    """`request` is the body that is sent."""

    azure: Azure
    place: Place
    request: bytes
    poll: float
    progress: Progress

    def of(self, live: EndpointState, release: str) -> Smoke:
        """Asks the release's ARM deployment. Raises AmlopsError where it isn't the model that fails."""
        key = bearer(self.place, live.auth_mode, self.azure.credential)
        name, failed, unready = arm_name(release), 0, 0
        while True:
            try:
                answer = ask(live.scoring_uri, key, self.request, deployment=name, ca=self.azure.ca)
            except NotAnswered as error:
                if error.of_the_model:
                    failed += 1
                    if failed == TRIES:
                        return Smoke(release, passed=False, reason=_reason(error))
                elif error.status in (401, 403) or unready == UNREADY:
                    raise AmlopsError(f"the smoke test of {name} can't be made: {error}") from None
                else:
                    unready += 1
                time.sleep(self.poll)
                continue
            self.progress.line(f"{name} answers the smoke test in {answer.milliseconds:.0f} ms")
            return Smoke(release, passed=True)


def _reason(error: NotAnswered) -> str:
    """Without what the model said: reasons go into git and tags, and nobody knows what stands in a traceback."""
    behind = f", the model itself {error.model_status}" if error.model_status else ""
    return f"the endpoint answered {error.status}{behind}"
