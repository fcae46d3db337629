"""All traffic to a release where nobody has it yet; a rollout moves it from then on."""

from __future__ import annotations

from amlops.stacks import StackName

from .session import Session


def give_traffic(session: Session, stack: StackName, release: str, *, take: bool = False) -> None:
    """All traffic of the stack's endpoint to an ARM deployment where none has any (`take`: where another one has it),
    and Pulumi's state learns of it. Raises AmlopsError.
    """
    from amlops.rollout import give_all_traffic

    assert stack.deployment is not None
    place = session.endpoint(stack.deployment)
    if not give_all_traffic(place, release, take=take):
        return
    session.progress.line(f"all traffic of {place.endpoint} goes to {release}")
    with session.progress.step(f"reading the traffic into the state of {stack}"):
        resources = session.engine.export(stack)["resources"]
        endpoints = [one["urn"] for one in resources if one["type"].endswith(":OnlineEndpoint")]
        session.engine.refresh(stack, targets=endpoints)
