"""The compiling process: the official client, loaded once, cut off from the network.

`python -m amlops.manifests.compiler` reads a JSON list of requests from its standard input and writes a JSON list of
answers to its standard output. It is a process of its own because the client resolves some paths against the current
folder, logs to the terminal, keeps 140 MB, and has seams that must be replaced for good: uploads, git properties,
look-ups of registries.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .client import Client
from .failure import failure
from .kinds import kind_named


def main() -> int:
    answers = sys.stdout
    sys.stdout = sys.stderr
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    forbid_network()
    client = Client()
    requests = json.loads(sys.stdin.read())
    answers.write(json.dumps([_compile(client, request) for request in requests], default=str))
    answers.flush()
    return 0


def forbid_network() -> None:
    """From now on every attempt of this process to reach another host raises OSError."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
            raise OSError(f"compiling a manifest reaches no network: {event} {arguments[-1]}")

    sys.addaudithook(hook)


def _compile(client: Client, request: Mapping[str, Any]) -> dict[str, Any]:
    path = Path(request["manifest"])
    opened = client.opened
    opened.clear()
    os.chdir(path.parent)
    try:
        compiled = client.compile(path, kind_named(request["kind"]), request["overrides"])
    except Exception as error:  # noqa: BLE001 - whatever the client raises becomes a message for the manifest
        return {"failures": [asdict(item) for item in failure(error)], "opened": _below(opened, request["root"])}
    return {"compiled": asdict(compiled), "opened": _below(opened, request["root"])}


def _below(opened: set[str], root: str) -> list[str]:
    """The project's own files among those that were read: what the result depends on."""
    inside: Callable[[str], bool] = lambda name: (  # noqa: E731
        name.startswith(f"{root}/") and not name.startswith((f"{sys.prefix}/", f"{root}/.git/", f"{_PACKAGE}/"))
    )
    return sorted(name for name in opened if inside(name) and Path(name).is_file() and not name.endswith(".pyc"))


_PACKAGE = str(Path(__file__).resolve().parent.parent)


if __name__ == "__main__":
    sys.exit(main())
