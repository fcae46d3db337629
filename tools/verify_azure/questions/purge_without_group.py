"""Question: is a deleted workspace purged though its group is gone?"""

from __future__ import annotations

from .question import ML, Answer, Ground, Moment, Question


def _ask(ground: Ground) -> Answer:
    said = ground.send("DELETE", ground.workspace, ML, forceToPurge="true")
    told = f"DELETE with forceToPurge in a group that is gone: {said.status} {said.code}".rstrip()
    return Answer(told, said.status == 404, said.as_dict())


QUESTION = Question(
    id="purge-without-group",
    said="A deleted workspace can't be purged once its resource group is gone, so clean-up brings the group back first",
    where="tools/verify_azure/clean.py",
    how="DELETE of the platform's workspace after its group was destroyed",
    when=Moment.DESTROYED,
    ask=_ask,
)
