"""Functions: `getX` reads a resource, `listXKeys` and their like are actions, two tell who the provider is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localazure.pulumi.arm.client import ArmClient
from localazure.pulumi.arm.credential import Credential
from localazure.pulumi.arm.settings import Settings
from localazure.pulumi.arm.transport import Deadline
from localazure.pulumi.errors import AdapterError, UnknownTypeError
from localazure.pulumi.marking import mark_results
from localazure.pulumi.resource_type import API_VERSION_KEY, Catalog, ResourceType
from localazure.pulumi.rules.functions import ACTIONS, QUERY_NAMES
from localazure.pulumi.rules.names import wire_name
from localazure.pulumi.sdk.types import Shape
from localazure.pulumi.shape.from_wire import find_placed, from_wire
from localazure.pulumi.validate import Problem
from localazure.pulumi.values import Secret

TIMEOUT_SECONDS = 600.0
_WHO_AM_I = "azure-native:authorization:getClientConfig"
_MY_TOKEN = "azure-native:authorization:getClientToken"  # noqa: S105 a function's name is no password


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the SDK: which resource it concerns, the action or "" for a read, and what it gives."""

    kind: ResourceType
    action: str
    result: Shape
    api_version: str


class Invoker:
    """Runs functions against one ARM."""

    def __init__(self, catalog: Catalog, client: ArmClient, credential: Credential, settings: Settings) -> None:
        self._catalog = catalog
        self._client = client
        self._credential = credential
        self._settings = settings

    def invoke(self, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Run a function. Raises `UnknownTypeError` for one that is not mapped, `ArmError` where ARM refuses."""
        if token == _WHO_AM_I:
            return self._client_config()
        if token == _MY_TOKEN:
            audience = arguments.get("endpoint")
            return {"token": Secret(self._credential.token(str(audience) if audience else None).text)}
        return self._run(self.function(token), arguments)

    def problems(self, token: str, arguments: Mapping[str, Any]) -> Iterator[Problem]:
        """What is missing in the arguments."""
        if token in (_WHO_AM_I, _MY_TOKEN):
            return
        for name in self.function(token).kind.path_inputs:
            if not arguments.get(name):
                yield Problem((name,), f"missing required argument '{name}'")

    def function(self, token: str) -> Function:
        """The function of a token such as `azure-native:storage:listStorageAccountKeys`."""
        _, module_name, name = (*token.split(":"), "", "")[:3]
        type_name, action = ACTIONS.get((module_name, name), (name.removeprefix("get"), ""))
        if not action and not name.startswith("get"):
            raise UnknownTypeError(
                f"function '{token}' is not mapped to an ARM action, so the local adapter cannot run it; "
                "add its action to localazure/pulumi/rules/functions.py"
            )
        kind = self._catalog.type(f"azure-native:{module_name}:{type_name}")
        module = self._catalog.package.module(module_name)
        stem = module.stem_of(name)
        source = module.file(stem) if stem else None
        result = source.shape(f"{name[0].upper()}{name[1:]}Result") if source else None
        if source is None or result is None:
            raise UnknownTypeError(f"function '{token}': pulumi_azure_native has no such function")
        return Function(kind, action, result, source.api_version or kind.api_version)

    def _run(self, function: Function, arguments: Mapping[str, Any]) -> dict[str, Any]:
        kind = function.kind
        path = kind.resource_id(arguments, self._settings.subscription_id)
        others = {k: v for k, v in arguments.items() if k not in kind.path_inputs}
        deadline = Deadline.after(TIMEOUT_SECONDS)
        query = {QUERY_NAMES[k]: str(v) for k, v in others.items() if k in QUERY_NAMES}
        if function.action:
            sent = {wire_name(kind.module.name, kind.name, k): v for k, v in others.items() if k not in QUERY_NAMES}
            body = self._client.act(f"{path}/{function.action}", function.api_version, sent, deadline, query)
        else:
            body = self._client.get(path, function.api_version, deadline, query)
        return self._results(function, body)

    def _results(self, function: Function, body: Any) -> dict[str, Any]:
        kind, results = function.kind, {}
        if not isinstance(body, Mapping):
            return {"value": body} if body is not None else {}
        for field in function.result.fields.values():
            name = wire_name(kind.module.name, kind.name, field.name)
            under = not function.action and kind.place(field.name) == "properties"
            value = find_placed(body, name, under_properties=under)
            if value is not None:
                results[field.name] = from_wire(kind.module, field.type, value)
        if API_VERSION_KEY in function.result.fields:
            results[API_VERSION_KEY] = function.api_version
        return mark_results(function.action, results)

    def _client_config(self) -> dict[str, Any]:
        claims = self._credential.token().claims()
        if not claims.get("oid"):
            raise AdapterError("the token names no object id (`oid`), so the local adapter cannot tell who it is")
        return {
            "clientId": str(claims.get("appid") or claims.get("azp") or self._settings.client_id),
            "objectId": str(claims["oid"]),
            "subscriptionId": self._settings.subscription_id,
            "tenantId": str(claims.get("tid") or self._settings.tenant_id),
        }
