"""Resource groups. A group's location is fixed; deleting it deletes what is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..arm import resource_list
from ..arm.errors import bad_request
from .base import Action, Call, ResourceType


class ResourceGroup(ResourceType):
    type = "Microsoft.Resources/resourceGroups"

    def admit(self, call: Call) -> None:
        if re.fullmatch(r"[-\w.()]{0,89}[-\w()]", call.id.name) is None:
            raise bad_request(
                "InvalidResourceGroup",
                f"The resource group name '{call.id.name}' is invalid: 1 to 90 letters, digits, "
                "underscores, parentheses, hyphens and periods, not a period at the end.",
                target="name",
            )

    def actions(self) -> Mapping[str, Action]:
        return {"GET resources": resource_list.answer}
