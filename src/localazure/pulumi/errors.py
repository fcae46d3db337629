"""What the adapter can fail with. Each class carries what the engine shows to the user."""

from __future__ import annotations

from typing import Any


class AdapterError(Exception):
    """Base of all: the message is for the user and says what is wrong and what to do."""


class UnknownTypeError(AdapterError):
    """A resource type or function that the adapter cannot map to ARM."""


class SettingsError(AdapterError):
    """The provider's configuration is missing something or names an endpoint that is refused."""


class CancelledError(AdapterError):
    """The engine asked to stop."""


class ArmError(AdapterError):
    """An answer of ARM that is an error, or a finished operation that failed."""

    def __init__(self, status: int, code: str, message: str) -> None:
        named = f' Code="{code}"' if code else ""
        super().__init__(f'Status={status}{named} Message="{message}"')
        self.status, self.code, self.message = status, code, message


class UnreachableError(AdapterError):
    """No answer: refused, reset, timed out. Whether a write took effect is not known."""


class PartialError(AdapterError):
    """The resource exists, but the operation did not succeed.

    The engine keeps `properties` as the resource's state, so that nothing lies in the cloud that no state knows.
    """

    def __init__(self, message: str, resource_id: str, inputs: dict[str, Any], properties: dict[str, Any]) -> None:
        super().__init__(message)
        self.resource_id, self.inputs, self.properties = resource_id, inputs, properties
