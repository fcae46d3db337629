"""What data planes share: the workspace a URL names, the caller's token and rights, ARM's errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from . import private_link
from .arm.caller import Principal, bearer
from .arm.errors import ArmError, forbidden, not_found
from .arm.ids import ArmId
from .store import Resource

if TYPE_CHECKING:
    from .ground import Ground

# The workspace in the path of a route; `workspace_of` reads it.
SCOPE = (
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices"
    "/workspaces/{workspace}"
)
_PROVIDER = "Microsoft.MachineLearningServices/workspaces"
_AUDIENCES = ("ml", "arm")  # azure-ai-ml asks for the first, azureml-mlflow for the second

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and the workspace called."""

    principal: Principal
    workspace: Resource

    @property
    def guid(self) -> str:
        return str(self.workspace.properties["workspaceId"])


def authorise(cloud: Ground, request: Request, action: str) -> Caller:
    """The caller, allowed to do `action` (below the workspace, `experiments/runs/read` say).

    Raises ArmError 401, 403 (a right or a way through the workspace's network is missing), or 404 for a workspace that
    isn't there.
    """
    principal = principal_of(cloud, request)
    asked = workspace_of(request)
    if not cloud.access.allowed(principal, f"{_PROVIDER}/{action}", asked):
        raise forbidden(principal.object_id, f"{_PROVIDER}/{action}", asked.text)
    workspace = cloud.store.get(asked)
    if workspace is None:
        raise not_found(asked.text)
    if not private_link.is_reachable(cloud.store, workspace, private_link.WORKSPACE):
        raise not_in_network("workspace")
    return Caller(principal, workspace)


def principal_of(cloud: Ground, request: Request) -> Principal:
    """The caller, whoever it is. Raises ArmError 401."""
    token = bearer(request.headers.get("authorization", ""))
    if token is None:
        raise ArmError(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
    return cloud.identity.verify(token, _AUDIENCES)


def not_in_network(what: str) -> ArmError:
    """403 for a caller outside. Source: MicrosoftDocs/azure-docs#90426, what a workspace answers then."""
    return ArmError(403, "UserError", f"Access to {what} was denied based on {what} private link configuration.")


def workspace_of(request: Request) -> ArmId:
    path = request.path_params
    return ArmId(SCOPE.format(**{name: path[name] for name in ("subscription", "group", "workspace")}))


def answering(handler: Handler, body: Callable[[ArmError], dict[str, Any]] = ArmError.body) -> Handler:
    """The handler with an ArmError turned into an answer; `body` is the form that the plane's clients parse."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except ArmError as error:
            return JSONResponse(body(error), error.status, error.headers)

    return answer
