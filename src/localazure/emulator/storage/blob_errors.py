"""Errors as Blob Storage answers them: XML, with the code in `x-ms-error-code` too."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from xml.sax.saxutils import escape

from starlette.responses import Response


class BlobError(Exception):
    """An answer that is an error. Source: Storage REST, "Status and error codes", "Blob Storage error codes"."""

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})

    def response(self, version: str, at: datetime) -> Response:
        """As XML, for a client of this version of the service, at this time."""
        request_id = str(uuid.uuid4())
        message = f"{self.message}\nRequestId:{request_id}\nTime:{at:%Y-%m-%dT%H:%M:%S.%f}Z"
        return Response(
            f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{self.code}</Code>'
            f"<Message>{escape(message)}</Message></Error>",
            status_code=self.status,
            media_type="application/xml",
            headers={
                "x-ms-error-code": self.code,
                "x-ms-request-id": request_id,
                "x-ms-version": version,
                **self.headers,
            },
        )


def no_such_account(host: str) -> BlobError:
    """Azure has no DNS name for it; the gate has to answer something."""
    return BlobError(404, "ResourceNotFound", f"There is no storage account behind '{host}'.")


def authentication_failed(why: str) -> BlobError:
    return BlobError(
        403,
        "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly "
        f"including the signature. {why}",
    )


def network_refused() -> BlobError:
    """What a firewall answers. Source: storage-network-security, "403 This request is not authorized"."""
    return BlobError(403, "AuthorizationFailure", "This request is not authorized to perform this operation.")


def permission_mismatch(why: str = "") -> BlobError:
    return BlobError(
        403,
        "AuthorizationPermissionMismatch",
        f"This request is not authorized to perform this operation using this permission. {why}".rstrip(),
    )


def not_built(what: str) -> BlobError:
    return BlobError(501, "NotImplemented", f"The local Azure does not have {what}.")
