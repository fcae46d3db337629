"""Question: is a blob of the state leased by one at a time, under a signature too?"""

from __future__ import annotations

from datetime import timedelta

from amlops.config import PLATFORM

from .question import Answer, Ground, Moment, Question

BLOB = "probe-of-verify"


def _ask(ground: Ground) -> Answer:
    from azure.core.exceptions import HttpResponseError

    azure, names = ground.azure, ground.names
    own = names.realm(PLATFORM)
    signature = azure.container_signature(names.state_storage, own, timedelta(hours=1))
    url = f"https://{names.state_storage}.blob.{azure.storage_suffix}/{own}"
    with azure.container(f"{url}?{signature}") as container:
        blob = container.upload_blob(BLOB, b"leased", overwrite=True)
        lease = blob.acquire_lease(15)
        try:
            blob.upload_blob(b"by somebody else", overwrite=True)
            status, code = 201, ""
        except HttpResponseError as error:
            named = getattr(error, "error_code", "") or ""
            status, code = int(error.status_code or 0), str(getattr(named, "value", named))
        finally:
            lease.release()
            blob.delete_blob()
    holds = (status, code) == (412, "LeaseIdMissing")
    return Answer(f"a write without the lease: {status} {code}".rstrip(), holds, {"status": status, "code": code})


QUESTION = Question(
    id="blob-lease",
    said="A leased blob takes no write without the lease: 412 LeaseIdMissing",
    where="The local Azure's blobs are Azurite's, and answer so",
    how="A blob in the state's container is leased for 15 s and written without the lease",
    when=Moment.PLATFORM,
    ask=_ask,
)
