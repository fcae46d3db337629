"""Shared access signatures: making one, and checking one of either kind that a request brings.

Sources: Storage REST, "Create a service SAS", "Create an account SAS", "Create a user delegation SAS"; for what
versions since 2025-07-05 sign, azure-storage-blob 12.31. Versions before 2018-11-09 and stored access policies
aren't built.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import quote, unquote

from .blob_errors import BlobError, authentication_failed, not_built
from .blob_shared_key import hmac_sha256

_OLDEST = "2018-11-09"
_ENCRYPTION_SCOPES = "2020-12-06"  # first version that signs `ses`
_DELEGATED_USERS = "2025-07-05"  # first version that signs `skdutid` and `sduoid`
_VERSION = "2023-11-03"  # of those we make
_RESPONSE_HEADERS = ("rscc", "rscd", "rsce", "rscl", "rsct")
PARAMETERS = frozenset(
    {"sig", "sp", "st", "se", "sr", "si", "sip", "spr", "sv", "ss", "srt", "skoid", "sktid", "skt", "ske", "sks", "skv"}
    | {"skdutid", "sduoid", "saoid", "suoid", "scid", "sdd", "ses", "srh", "srq", *_RESPONSE_HEADERS}
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a verified SAS gives: letters, on what, and the Entra object whose roles bound it (user delegation)."""

    letters: str
    kind: str  # "account" or "service"
    levels: str = "co"  # of an account SAS: s, c, o
    object_id: str | None = None
    tenant_id: str | None = None


def container_sas(account: str, key: str, container: str, letters: str, start: datetime, minutes: int) -> str:
    """The query string of a service SAS on a container, valid from 15 minutes before `start`."""
    query = {
        "sp": letters,
        "st": f"{start - timedelta(minutes=15):%Y-%m-%dT%H:%M:%SZ}",
        "se": f"{start + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}",
        "spr": "https",
        "sv": _VERSION,
        "sr": "c",
    }
    query["sig"] = hmac_sha256(key, _service_text(account, container, "", query))
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())


def delegation_key(secret: str, fields: Mapping[str, str]) -> str:
    """A user delegation key: derived from the account's secret and the key's fields, so none has to be kept."""
    return hmac_sha256(
        secret, "\n".join(fields.get(n, "") for n in ("skoid", "sktid", "skt", "ske", "sks", "skv", "skdutid"))
    )


def verify(
    account: str,
    keys: tuple[str, ...],
    secret: str,
    container: str,
    blob: str,
    query: Mapping[str, str],
    now: datetime,
    client: str,
) -> Grant:
    """Check signature, version, times and address; what the letters allow is the caller's to decide.

    `query` is decoded. Raises BlobError: 403 AuthenticationFailed and the like, 501 for what isn't built.
    """
    version = query.get("sv", "")
    if version < _OLDEST:
        raise not_built(f"signatures of version '{version}', only of {_OLDEST} and later")
    if query.get("si"):
        raise not_built("signatures by a stored access policy (si)")
    if "ss" in query:
        grant = Grant(query.get("sp", ""), "account", query.get("srt", ""))
        if "b" not in query["ss"]:
            raise BlobError(403, "AuthorizationServiceMismatch", "This SAS is not for the blob service.")
        signing, texts = keys, [_account_text(account, query)]
    else:
        _resource(query, blob)
        texts = [_service_text(account, container, blob, query, bound) for bound in (False, True)]
        if "skoid" in query:
            grant = Grant(query.get("sp", ""), "service", "co", query["skoid"], query.get("sktid"))
            _within(query.get("skt"), query.get("ske"), now, "The user delegation key")
            signing = (delegation_key(secret, query),)
        else:
            grant, signing = Grant(query.get("sp", ""), "service"), keys
    if not any(hmac.compare_digest(query["sig"], hmac_sha256(key, text)) for key in signing for text in texts):
        raise authentication_failed("Signature did not match.")
    _within(query.get("st"), query.get("se"), now, "Signature")
    if not query.get("se"):
        raise authentication_failed("se is mandatory. Cannot be empty")
    _address(query.get("sip"), client)
    return grant


def _resource(query: Mapping[str, str], blob: str) -> None:
    kind = query.get("sr", "")
    if kind not in {"b", "bs", "c"}:
        raise not_built(f"signatures on sr='{kind}', only on a container (c), a blob (b) or a snapshot (bs)")
    if kind != "c" and not blob:
        raise authentication_failed("Signature did not match.")
    if (kind == "bs") != ("snapshot" in query) and kind != "c":
        raise authentication_failed("Signature did not match.")


def _service_text(account: str, container: str, blob: str, query: Mapping[str, str], bound: bool = False) -> str:
    """What is signed. `bound`: the later form of a user delegation SAS, with the two lines of srh and srq."""

    def given(*names: str) -> list[str]:
        return [query.get(name, "") for name in names]

    version = query["sv"]
    path = f"/blob/{account}/{container}" + ("" if query.get("sr") == "c" else f"/{blob}")
    snapshot = query.get("snapshot", "") if query.get("sr") == "bs" else ""
    parts = [*given("sp", "st", "se"), path]
    delegated = "skoid" in query
    if delegated:
        parts += given("skoid", "sktid", "skt", "ske", "sks", "skv")
        if version >= "2020-02-10":
            parts += given("saoid", "suoid", "scid")
        if version >= _DELEGATED_USERS:
            parts += given("skdutid", "sduoid")
    else:
        parts += given("si")
    parts += [*given("sip", "spr", "sv", "sr"), snapshot]
    if version >= _ENCRYPTION_SCOPES:
        parts += given("ses")
    if delegated and bound:
        if query.get("srh") or query.get("srq"):
            raise not_built("signatures bound to headers or query parameters (srh, srq)")
        parts += ["", ""]
    return "\n".join([*parts, *given(*_RESPONSE_HEADERS)])


def _account_text(account: str, query: Mapping[str, str]) -> str:
    names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"]
    if query["sv"] >= _ENCRYPTION_SCOPES:
        names.append("ses")
    return "".join(f"{part}\n" for part in [account, *(query.get(name, "") for name in names)])


def _within(start: str | None, end: str | None, now: datetime, what: str) -> None:
    begins, ends = _time(start), _time(end)
    if (begins and now < begins) or (ends and now >= ends):
        raise authentication_failed(
            f"{what} not valid in the specified time frame: Start [{start}] - Expiry [{end}] - Current [{now:%c}]"
        )


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise authentication_failed(f"'{text}' is not a time.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _address(allowed: str | None, client: str) -> None:
    if not allowed:
        return
    first, _, last = unquote(allowed).partition("-")
    if not ip_address(first) <= ip_address(client) <= ip_address(last or first):  # type: ignore[operator]
        raise BlobError(
            403, "AuthorizationSourceIPMismatch", f"This SAS is for {allowed}; the request is from {client}."
        )
