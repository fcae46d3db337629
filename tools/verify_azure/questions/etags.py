"""Question: does Azure ML hold a writer back who read something older?"""

from __future__ import annotations

from .question import ML, Answer, Ground, Moment, Question


def _ask(ground: Ground) -> Answer:
    read = ground.send("GET", ground.endpoint, ML)
    has = "etag" in read.headers or "etag" in {key.lower() for key in read.body}
    tags = dict(read.body.get("tags") or {})
    said = ground.send("PATCH", ground.endpoint, ML, {"tags": tags}, {"If-Match": '"0"'})
    found = {"read": read.as_dict(), "patch": said.as_dict(), "etag": has}
    told = f"an endpoint has {'an' if has else 'no'} ETag; a PATCH with another If-Match: {said.status} {said.code}"
    return Answer(told.rstrip(), None, found)


QUESTION = Question(
    id="etags",
    said="Nothing relies on Azure ML heeding If-Match (its SDKs send none); rollout and apply hold a lease in git. The "
    "local Azure heeds it",
    where="ADR 0009",
    how="PATCH of the endpoint's own tags with an If-Match that is wrong",
    when=Moment.SERVED,
    ask=_ask,
)
