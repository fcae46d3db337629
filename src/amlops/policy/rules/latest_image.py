"""Rule: images are named by a tag that stays, or by digest.

Why: under `latest` the next node that starts runs another image than the one that was tested.
Source: how-to-manage-environments-v2; container-registry-image-tag-version (unique tags for deployments).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_PATHS = {
    "machinelearningservices:EnvironmentVersion": "properties.image",
    "machinelearningservices:RegistryEnvironmentVersion": "properties.image",
}


class LatestImage(Rule):
    id = "latest-image"
    kinds = tuple(_PATHS)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = _PATHS[resource.kind]
        image = resource.text(path)
        if image and not pinned(image):
            todo = "name a version's tag or a digest (@sha256:…)"
            yield from invalid(path, image, "it should stay the same", todo)


def pinned(image: str) -> bool:
    """Whether an image's reference has a digest, or a tag other than `latest`. A port is no tag."""
    if "@sha256:" in image:
        return True
    tag = image.rpartition("/")[2].partition(":")[2]
    return tag not in ("", "latest")
