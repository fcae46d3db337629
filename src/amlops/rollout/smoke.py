"""Asks an endpoint with a sample request, as a client of the model would."""

from __future__ import annotations

import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from amlops.errors import AmlopsError

TIMEOUT = 60.0
"""Seconds to wait for one answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said, and after how many milliseconds."""

    body: Any
    milliseconds: float


class NotAnswered(AmlopsError):
    """Anything but a 200. `status` is the endpoint's, None where nothing came back; `model_status` the model's own."""

    def __init__(self, message: str, status: int | None = None, model_status: int | None = None) -> None:
        self.status, self.model_status = status, model_status
        super().__init__(message)

    @property
    def of_the_model(self) -> bool:
        """Whether the model is to blame: it answered otherwise, took too long, or ended. Source: 424, 408 and 502 in
        how-to-troubleshoot-online-endpoints. A deployment that isn't ready, a refused key, a network are not."""
        return self.status in (408, 424, 502)


def ask(uri: str, key: str, request: bytes, *, deployment: str | None = None, ca: str | None = None) -> Answer:
    """Posts `request` (JSON). `deployment` goes round the traffic rules; `ca` is the local Azure's, reached directly.

    Raises NotAnswered for anything but 200, with Azure's own explanation in the message.
    """
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    if deployment is not None:
        headers["azureml-model-deployment"] = deployment
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca))
    ]
    if ca is not None:
        handlers.append(urllib.request.ProxyHandler({}))
    if not uri.startswith("https://"):
        raise AmlopsError(f"{uri} is no address of an endpoint; it should open with https://")
    opener = urllib.request.build_opener(*handlers)
    started = time.monotonic()
    try:
        with opener.open(urllib.request.Request(uri, request, headers), timeout=TIMEOUT) as response:  # noqa: S310
            text = response.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            said = error.read().decode("utf-8", "replace")[:500]
            model = error.headers.get("ms-azureml-model-error-statuscode")
        behind = f" (the model itself answered {model})" if model else ""
        text = f"{uri} answered {error.code}{behind}: {said or error.reason}"
        raise NotAnswered(text, error.code, int(model) if model and model.isdigit() else None) from None
    except (OSError, http.client.HTTPException) as error:
        raise NotAnswered(f"{uri} does not answer: {error}") from None
    return Answer(_parsed(text), (time.monotonic() - started) * 1000)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
