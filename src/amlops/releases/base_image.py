"""Which image a tag stands for now, by its digest, asked of the image's registry as anybody may.

Source: OCI Distribution Specification, "Pulling manifests"; tokens as the registry's 401 says (RFC 6750).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

SECONDS = 10.0
MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$")
_ASKS = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Image:
    """`registry/name:tag` or `registry/name@digest`. `tag` is None where a digest, or nothing, says which one it is."""

    registry: str
    name: str
    tag: str | None

    @staticmethod
    def of(text: str) -> Image | None:
        """None where the text names no registry."""
        registry, _, rest = text.partition("/")
        if not rest or not ("." in registry or ":" in registry or registry == "localhost"):
            return None
        name, _, tag = rest.partition(":")
        return Image(registry, name, None if "@" in rest else tag or "latest")

    def at(self, digest: str) -> str:
        return f"{self.registry}/{self.name}@{digest}"


def pinned(text: str) -> str | None:
    """The image by its digest; None where it is so already, names no registry, or its registry doesn't tell."""
    image = Image.of(text)
    digest = _digest(image) if image is not None and image.tag is not None else None
    return image.at(digest) if image is not None and digest is not None else None


def pinned_before(text: str, source: str | None) -> str | None:
    """The image by the digest that a release found for the same text: `source` is that release's environment's."""
    image, (said, _, digest) = Image.of(text), (source or "").partition("@")
    return image.at(digest) if image is not None and said == text and _DIGEST.match(digest) else None


def _digest(image: Image) -> str | None:
    import requests

    address = f"{_scheme(image.registry)}://{image.registry}/v2/{image.name}/manifests/{image.tag}"
    headers = {"Accept": MANIFESTS}
    try:
        answer = requests.head(address, headers=headers, timeout=SECONDS)
        if answer.status_code == 401:
            token = _token(answer.headers.get("WWW-Authenticate", ""))
            answer = requests.head(address, headers={**headers, "Authorization": f"Bearer {token}"}, timeout=SECONDS)
        found = answer.headers.get("Docker-Content-Digest", "")
    except (requests.RequestException, KeyError, ValueError):
        return None
    return found if answer.status_code == 200 and _DIGEST.match(found) else None


def _token(asks: str) -> str:
    """One for whoever has no account. Raises RequestException, KeyError, ValueError."""
    import requests

    said = dict(_ASKS.findall(asks))
    given = {name: said[name] for name in ("service", "scope") if name in said}
    answer = requests.get(said["realm"], params=given, timeout=SECONDS)
    answer.raise_for_status()
    found = answer.json()
    return str(found.get("token") or found["access_token"])


def _scheme(registry: str) -> str:
    """A registry on this machine has no certificate."""
    host = registry.rsplit(":", 1)[0]
    try:
        return "http" if ipaddress.ip_address(host).is_loopback else "https"
    except ValueError:
        return "http" if host == "localhost" else "https"
