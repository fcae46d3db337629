"""The layer around every request that a fault rule can name: it makes go wrong what the rule says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .arm.errors import ArmError
from .connection import drop

if TYPE_CHECKING:
    from .cloud import Cloud

MODE = "localazure.operation_mode"  # in the scope: how what the request starts is to go
Answer = Callable[[int, Any, dict[str, str]], ASGIApp]


class FaultLayer:
    """`answer` makes an application that answers with a status, a JSON body and headers."""

    def __init__(self, cloud: Cloud, answer: Answer) -> None:
        self._cloud, self._answer = cloud, answer
        self._released = asyncio.Event()
        self._held: list[dict[str, str]] = []

    @property
    def held(self) -> list[dict[str, str]]:
        """Requests that are done and whose answers are kept back now."""
        return list(self._held)

    def release(self) -> None:
        """Let every answer go that is kept back."""
        self._released.set()
        self._released = asyncio.Event()

    async def around(self, inner: ASGIApp, scope: Scope, receive: Receive, send: Send, *, host: str = "") -> None:
        """Serve the request by `inner`, or as the first rule that matches says."""
        fault = self._cloud.faults.take(scope["method"], scope["path"], host)
        if fault is None:
            return await inner(scope, receive, send)
        match fault.kind:
            case "status":
                code = "TooManyRequests" if fault.status == 429 else "ServiceUnavailable"
                body = ArmError(fault.status, code, "A fault of the rehearsal.").body()
                headers = {"Retry-After": str(fault.retryAfter)}
                return await self._answer(fault.status, body, headers)(scope, receive, send)
            case "drop":
                return await drop(scope, receive)
            case "slow":
                await self._cloud.clock.sleep(fault.seconds)
            case "lost":
                await inner(scope, receive, _nobody)
                return await drop(scope, receive)
            case "hold":
                return await self._hold(inner, scope, receive, send, host)
            case mode:
                scope[MODE] = mode
        return await inner(scope, receive, send)

    async def _hold(self, inner: ASGIApp, scope: Scope, receive: Receive, send: Send, host: str) -> None:
        messages: list[Message] = []
        released = self._released

        async def keep(message: Message) -> None:
            messages.append(message)

        await inner(scope, receive, keep)
        entry = {"method": scope["method"], "host": host, "path": scope["path"]}
        self._held.append(entry)
        try:
            await _first(released.wait(), _gone(receive))
        finally:
            self._held.remove(entry)
        for message in messages:
            await send(message)


async def _nobody(message: Message) -> None:
    """Where an answer goes that is lost."""


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first(*waits: Awaitable[Any]) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
