"""Question: by which headers are long-running operations followed?"""

from __future__ import annotations

from datetime import timedelta

from .question import ML, Answer, Ground, Moment, Question

_ENDS = ("Succeeded", "Failed", "Canceled")


def _ask(ground: Ground) -> Answer:
    with ground.probe("probe", {}) as (id, made):
        for _ in ground.until(timedelta(minutes=10)):
            body = ground.send("GET", id, ML).body
            if (body.get("properties") or {}).get("provisioningState") in _ENDS:
                break
        gone = ground.send("DELETE", id, ML, underlyingResourceAction="Delete")
    found = {"put": made.as_dict(), "delete": gone.as_dict()}
    follows = "azure-asyncoperation" in made.headers
    deletes = gone.status == 202 and bool({"location", "azure-asyncoperation"} & set(gone.headers))
    told = (
        f"PUT {made.status}, Azure-AsyncOperation {_there(follows)}; DELETE {gone.status}, "
        f"Location {_there('location' in gone.headers)}, Retry-After {_there('retry-after' in gone.headers)}"
    )
    return Answer(told, made.status in (200, 201) and follows and deletes, found)


def _there(found: bool) -> str:
    return "there" if found else "missing"


QUESTION = Question(
    id="operation-headers",
    said="A cluster's PUT answers 201 with Azure-AsyncOperation, its DELETE 202 with Location; the rest is polled",
    where="src/amlops/azure/arm.py; the local Azure",
    how="An idle cluster is made and deleted, by plain requests",
    when=Moment.PLATFORM,
    ask=_ask,
)
