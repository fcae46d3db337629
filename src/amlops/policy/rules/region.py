"""Rule: resources lie in the regions that the company chose.

Why: data must not leave where the law wants it, and traffic between regions is slow and is paid for.
Source: policy.yaml (`regions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class Region(Rule):
    id = "region"
    kinds = ()

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        allowed = declared.settings.regions
        if allowed is None:
            return
        places = {"location": resource.get("location")}
        for at, details in enumerate(resource.get("regionDetails") or ()):
            if isinstance(details, Mapping):
                places[f"regionDetails[{at}].location"] = details.get("location")
        for path, value in places.items():
            if value not in (None, "global") and str(value).lower().replace(" ", "") not in allowed:
                todo = f"choose one of them in {declared.file}"
                yield from invalid(path, value, f"available regions are {', '.join(allowed)}", todo)
