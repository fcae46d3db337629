"""Where clients poll: `…/locations/{location}/operationStatuses/{id}` and `…/operationResults/{id}`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .arm import lifecycle
from .arm.errors import ArmError
from .arm.reply import Reply

if TYPE_CHECKING:
    from .cloud import Cloud

_AT = "/subscriptions/{subscription}/providers/{namespace}/locations/{location}"


def routes(cloud: Cloud) -> list[Route]:
    def show(key: str) -> Any:
        resource = cloud.store.get(key)
        return None if resource is None else lifecycle.view(cloud, cloud.types.of(resource.type), resource)

    def answering(read: Callable[[str], Reply]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                cloud.identity.verify(request.headers.get("authorization", "").partition(" ")[2], ("arm",))
                reply = read(request.path_params["operation"])
            except ArmError as problem:
                return JSONResponse(problem.body(), problem.status, problem.headers)
            if reply.body is None:
                return Response(status_code=reply.status, headers=dict(reply.headers))
            return JSONResponse(reply.body, reply.status, dict(reply.headers))

        return endpoint

    return [
        Route(f"{_AT}/operationStatuses/{{operation}}", answering(cloud.operations.status)),
        Route(f"{_AT}/operationResults/{{operation}}", answering(lambda name: cloud.operations.result(name, show))),
    ]
