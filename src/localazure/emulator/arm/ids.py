"""ARM resource ids: match without case, answer in canonical casing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArmId:
    """An ARM resource id, taken apart.

    `/subscriptions/{s}/resourceGroups/{g}/providers/{ns}/{type}/{name}/{subtype}/{name}`; for extension resources the
    part before the last `/providers/` is `scope`. Source: ARM RPC, "Resource ID".
    """

    text: str

    @property
    def key(self) -> str:
        """The id for comparing: lower case, no slash at the end."""
        return self.text.rstrip("/").lower()

    def segment(self, after: str) -> str | None:
        """The value after the named segment (`resourceGroups`, `workspaces`, …), or None."""
        parts = self.text.strip("/").split("/")
        for i, part in enumerate(parts[:-1]):
            if part.lower() == after.lower():
                return parts[i + 1]
        return None

    @property
    def subscription(self) -> str | None:
        return self.segment("subscriptions")

    @property
    def resource_group(self) -> str | None:
        return self.segment("resourceGroups")

    @property
    def scope(self) -> str:
        """What stands before the last `/providers/` ("" where there is none)."""
        at = self.key.rfind("/providers/")
        return self.text[:at] if at >= 0 else ""

    @property
    def type(self) -> str:
        """`Microsoft.X/a/b`; `Microsoft.Resources/resourceGroups` and `…/subscriptions` for ids without provider."""
        at = self.key.rfind("/providers/")
        if at < 0:
            group = self.segment("resourceGroups") is not None
            return "Microsoft.Resources/resourceGroups" if group else "Microsoft.Resources/subscriptions"
        parts = self.text[at:].strip("/").split("/")[1:]
        return "/".join([parts[0], *parts[1::2]])

    @property
    def name(self) -> str:
        return self.text.rstrip("/").rsplit("/", 1)[-1]

    @property
    def parent(self) -> ArmId | None:
        """The resource this one lives in: the parent type, else the resource group, else None."""
        at = self.key.rfind("/providers/")
        parts = self.text[at:].strip("/").split("/") if at >= 0 else []
        if len(parts) > 4:
            return ArmId(self.text.rstrip("/").rsplit("/", 2)[0])
        if at > 0:
            return ArmId(self.text[:at])
        return None

    def child(self, collection: str, name: str) -> ArmId:
        return ArmId(f"{self.text.rstrip('/')}/{collection}/{name}")

    def __str__(self) -> str:
        return self.text
