"""After an apply each running release is asked once, past the traffic rules; the first one of an endpoint gets all
traffic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amlops.azure import poll_seconds
from amlops.config import load_about
from amlops.errors import AmlopsError
from amlops.releases import load_release, load_stage
from amlops.rollout import read_endpoint
from amlops.stacks import StackName

from ..first_traffic import give_traffic
from ..rollout.smoke_test import SmokeTest
from ..session import Session


@dataclass(frozen=True, slots=True)
class Asked:
    """How one release answered. Only what users get stops an apply: a candidate's rollout begins with the same test,
    and so does going back to `previous`, which gets no request until then."""

    release: str
    role: str
    passed: bool
    reason: str

    @property
    def stops(self) -> bool:
        return not self.passed and self.role == "current"

    def as_dict(self) -> dict[str, Any]:
        return {"release": self.release, "role": self.role, "passed": self.passed, "reason": self.reason}

    def __str__(self) -> str:
        how = "answers" if self.passed else f"does not pass the smoke test: {self.reason}"
        return f"release {self.release} ({self.role}) {how}"


def ask_releases(session: Session, stack: StackName) -> tuple[Asked, ...]:
    """Asks the releases that the stage names, current first. Raises AmlopsError where it isn't a model that fails."""
    assert stack.deployment is not None
    repo, name = session.repo, stack.deployment
    stage = load_stage(repo, name, session.environment.name)
    roles = {"current": stage.current, "candidate": stage.candidate, "previous": stage.previous}
    if not stage.running:
        return ()
    place = session.endpoint(name)
    request = (repo.deployment(name) / load_about(repo, name).sample_request).read_bytes()
    live = read_endpoint(place)
    if live is None:
        raise AmlopsError(f"the endpoint {place.endpoint} is gone; apply {stack} again")
    poll = min(poll_seconds(session.process), 5.0)
    test = SmokeTest(session.azure, place, request, poll, session.progress)
    found = []
    for role, release in roles.items():
        if release is not None:
            with session.progress.step(f"smoke test of release {release}"):
                smoke = test.of(live, release)
            found.append(Asked(release, role, smoke.passed, smoke.reason))
    first = found[0]
    if not live.traffic and first.role == "current" and first.passed:
        body = load_release(session.repo, stack.deployment, session.environment.name, first.release)
        give_traffic(session, stack, body.deployment_name)
    return tuple(found)
