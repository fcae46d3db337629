"""Finds secrets in whatever a program leaves behind, in the forms that they hide in."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

DEPTH = 4
"""How many wrappings are opened: a gzip in base64 in a URL is three."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_REFERENCE = re.compile(rb"&#(\d\d|1[01]\d|12[0-7]);")
_GZIP = b"\x1f\x8b\x08"
_MOST = 64 << 20


def forms(secret: str) -> dict[str, bytes]:
    """The secret as it may be left somewhere, by the name of the form."""
    raw = secret.encode()
    zipped = zlib.compressobj(wbits=31)
    gzip = zipped.compress(raw) + zipped.flush()
    return {
        "plain": raw,
        "base64": base64.b64encode(b"user:" + raw),
        "base64 for URLs": base64.urlsafe_b64encode(b"x" + raw).rstrip(b"="),
        "URL-encoded": "".join(f"%{byte:02X}" for byte in raw).encode(),
        "quoted": quote(f"a b/{secret}", safe="").encode(),
        "gzip": gzip,
        "gzip in base64": base64.b64encode(gzip),
    }


def leaks(secrets: Iterable[str], data: bytes) -> set[str]:
    """The secrets that the data holds, plain or wrapped."""
    wanted = {secret: secret.encode() for secret in secrets}
    return {secret for content in _opened(data, DEPTH) for secret, raw in wanted.items() if raw in content}


def leaks_below(secrets: Iterable[str], folder: Path) -> dict[str, set[str]]:
    """Files below a folder that hold any of the secrets."""
    known = list(secrets)
    found: Mapping[str, set[str]] = {
        str(file.relative_to(folder)): leaks(known, file.read_bytes())
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.is_symlink()
    }
    return {name: secrets for name, secrets in found.items() if secrets}


def _opened(data: bytes, depth: int) -> Iterator[bytes]:
    yield data
    if depth == 0:
        return
    if b"%" in data:
        yield from _opened(unquote_to_bytes(data), depth - 1)
    if b"&#" in data:  # as Markdown is made inert
        yield from _opened(_REFERENCE.sub(lambda found: bytes([int(found[1])]), data), depth - 1)
    for run in _BASE64.findall(data):
        for skip in range(4):
            decoded = _decoded(run[skip:].rstrip(b"="))
            if decoded:
                yield decoded
                if _GZIP in decoded:
                    yield from _opened(decoded, depth - 1)
    at = data.find(_GZIP)
    while at >= 0:
        unpacked = _unpacked(data[at:])
        if unpacked:
            yield from _opened(unpacked, depth - 1)
        at = data.find(_GZIP, at + 1)


def _decoded(run: bytes) -> bytes:
    whole = run[: len(run) // 4 * 4] if len(run) % 4 == 1 else run + b"=" * (-len(run) % 4)
    try:
        return base64.b64decode(whole.translate(bytes.maketrans(b"-_", b"+/")), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, _MOST)
    except zlib.error:
        return b""
