"""`localazure --home DIR start|stop|status|reset|logs [--json]`.

Exit codes: 0 done, or running; 1 failed; 2 wrong words; 3 not running (status).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .daemon import Asked, Daemon, DaemonError


def parser() -> argparse.ArgumentParser:
    """The words that are understood; the reference page is made from it."""
    words = argparse.ArgumentParser(prog="localazure", description="A local Azure to rehearse on.")
    words.add_argument(
        "--home", type=Path, default=Path(".local/azure"), help="where its state lies (default: %(default)s)"
    )
    commands = words.add_subparsers(dest="command", required=True)
    for name, text in {
        "start": "start it if it does not run, and wait until it answers",
        "stop": "end it and its children; its state stays",
        "status": "whether it runs, and how to reach it",
        "reset": "stop it and forget everything",
        "logs": "the last lines of its log",
    }.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("--json", action="store_true", help="for programs; holds a secret")
        if name == "start":
            _starting(command)
        if name == "logs":
            command.add_argument("--lines", type=int, default=100, help="how many (default: %(default)s)")
    return words


def _starting(command: argparse.ArgumentParser) -> None:
    once = "fixed at the home's first start (default: a new one)"
    command.add_argument("--port", type=int, help="the TLS port (default: the last one, else a free one)")
    command.add_argument("--tenant", help=f"the tenant's id; {once}")
    command.add_argument(
        "--subscription", action="append", default=[], help=f"a subscription's id, once for each; {once}"
    )
    command.add_argument(
        "--no-serving",
        action="store_true",
        help="for this run online deployments succeed at once and answer 503: for rehearsals that only plan",
    )


def main() -> int:
    asked = parser().parse_args()
    try:
        return _do(Daemon(asked.home), asked)
    except (DaemonError, OSError) as problem:
        sys.stderr.write(f"localazure: {problem}\n")
        return 1


def _do(daemon: Daemon, asked: argparse.Namespace) -> int:
    match asked.command:
        case "start":
            wanted = Asked(asked.port, asked.tenant, tuple(asked.subscription), serving=not asked.no_serving)
            _tell(daemon.start(wanted), asked.json)
        case "stop":
            _say({"stopped": daemon.stop()}, asked.json)
        case "status":
            found = daemon.status()
            _tell(found, asked.json)
            return 0 if found["running"] else 3
        case "reset":
            daemon.reset()
            _say({"reset": True}, asked.json)
        case "logs":
            sys.stdout.write(daemon.logs(asked.lines) + "\n")
    return 0


def _tell(status: dict[str, Any], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(status) + "\n")
    elif status["running"]:
        sys.stdout.write(f"running: {status['endpoint']} (pid {status['pid']}, home {status['home']})\n")
    else:
        sys.stdout.write(f"not running (home {status['home']})\n")


def _say(done: dict[str, Any], as_json: bool) -> None:
    sys.stdout.write((json.dumps(done) if as_json else ", ".join(f"{k}: {v}" for k, v in done.items())) + "\n")


if __name__ == "__main__":
    sys.exit(main())
