"""The official client behind one method: a manifest in, its plan out. Lives in the compiling process only."""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .compiled import Compiled
from .kinds import Kind
from .normalise import open_versions, resource
from .recording import GROUP, NAME, SUBSCRIPTION, Recording
from .snapshots import Snapshots


class Client:
    """MLClient over a transport that records. Building one takes a second: it imports azure-ai-ml.

    The names replaced below are private to azure-ai-ml, which is why requirements.in pins it exactly.
    """

    def __init__(self) -> None:
        import requests
        from azure.ai.ml import MLClient
        from azure.ai.ml._artifacts import _artifact_utilities
        from azure.ai.ml._utils import _registry_utils
        from azure.ai.ml._version import VERSION
        from azure.ai.ml.entities import _load_functions
        from azure.ai.ml.operations import _code_operations, _job_operations
        from azure.core.pipeline.transport import RequestsTransport

        self.opened: set[str] = set()
        self.version: str = VERSION
        self._loaders = _load_functions
        self._snapshots = Snapshots()
        self._recording = Recording(self._snapshots.code_name)
        for module, name, ours in (
            (_code_operations, "_get_snapshot_path_info", self._snapshots.code),
            (_artifact_utilities, "_upload_to_datastore", self._snapshots.upload),
            (_job_operations, "get_git_properties", dict),
            (_registry_utils, "get_registry_client", _no_registry),
        ):
            getattr(module, name)
            setattr(module, name, ours)
        session = requests.Session()
        session.mount("https://", self._recording)
        self._client = MLClient(
            _Credential(),
            SUBSCRIPTION,
            GROUP,
            NAME,
            transport=RequestsTransport(session=session, session_owner=False),
            enable_telemetry=False,
        )
        sys.addaudithook(self._saw)

    def compile(self, path: Path, kind: Kind, overrides: Sequence[Mapping[str, Any]]) -> Compiled:
        """Raises whatever the client raises for a manifest that it refuses."""
        self._snapshots.clear()
        self._recording.puts.clear()
        load = getattr(self._loaders, kind.loader)
        entity = load(str(path), params_override=[dict(item) for item in overrides])
        group, method = kind.send
        getattr(getattr(self._client, group), method)(entity)
        resources = tuple(resource(*put) for put in self._recording.puts)
        if not resources:
            raise ValueError("the official client sends nothing for it")
        assets = self._snapshots.taken(path.parent)
        return Compiled(kind.name, resources, assets, open_versions(resources), f"azure-ai-ml {self.version}")

    def _saw(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str):
            self.opened.add(str(Path(arguments[0]).absolute()))


class _Credential:
    """Compiling asks nobody, so any token will do that the client can take apart: it reads `aud` for pipelines."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        from azure.core.credentials import AccessToken

        parts: tuple[dict[str, str], ...] = (
            {"alg": "none"},
            {"aud": scopes[0].removesuffix("/.default") if scopes else ""},
            {},
        )
        token = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        return AccessToken(token, int(time.time()) + 3600)


def _no_registry(*arguments: Any, **options: Any) -> Any:
    raise LookupError("compiling a manifest looks nothing up in a registry; give the asset's full id")
