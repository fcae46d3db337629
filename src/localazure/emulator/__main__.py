"""`python -m localazure.emulator --home DIR [--port P]`: the daemon itself, in the foreground, until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import logging
import os
import signal
import socket
import sqlite3
import sys
from pathlib import Path
from typing import IO, Any

from . import app, settings, tls
from .cloud import Cloud
from .proxy import ConnectProxy
from .settings import DOMAIN
from .store import Store

HOST = "127.0.0.1"


class StartError(Exception):
    """Why it can't start, and what to do."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="localazure.emulator", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, help="the TLS port; refused if taken (default: the last one, else any)")
    parser.add_argument("--tenant", help="at the home's first start: the tenant's id (default: a new one)")
    parser.add_argument("--subscription", action="append", default=[], help="likewise, once for each subscription")
    parser.add_argument("--no-serving", action="store_true", help="online deployments succeed without a process")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    os.umask(0o077)  # state, keys and secrets are the user's alone
    # uvicorn raises the signal again once it has shut down; what comes after that must still run.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    try:
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(asked))
    except (StartError, settings.SettingsError, OSError) as problem:
        sys.stderr.write(f"localazure: {problem}\n")
        return 1
    except sqlite3.Error as problem:
        sys.stderr.write(f"localazure: {asked.home}/state.db can't be used ({problem}); is the disk full?\n")
        return 1
    return 0


async def _serve(asked: argparse.Namespace) -> None:
    import uvicorn

    from .connection import Protocol

    home: Path = asked.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    alone = _alone(home)
    store = Store(home / "state.db")
    before: dict[str, Any] = store.record("settings", "cloud") or {}
    listener, proxy_listener = _listen(asked.port, before.get("port", 0)), _listen(None, before.get("proxy_port", 0))
    port, proxy_port = (int(one.getsockname()[1]) for one in (listener, proxy_listener))
    proxy = ConnectProxy(DOMAIN, port)
    await proxy.start(proxy_listener)
    chosen = settings.load(
        store,
        port=port,
        proxy_port=proxy_port,
        tenant=asked.tenant,
        subscriptions=asked.subscription,
    )
    ca, chain, key = tls.certificates(home)
    cloud = app.build(home, store, chosen, serving=not asked.no_serving)
    config = uvicorn.Config(
        app.App(cloud),
        lifespan="off",
        http=Protocol,
        ssl_certfile=chain,
        ssl_keyfile=key,
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,  # ours follows the emulator's clock
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
    )
    await app.start(cloud)
    _announce(home, cloud, ca)
    try:
        await uvicorn.Server(config).serve(sockets=[listener])
    finally:
        (home / "cloud.json").unlink(missing_ok=True)
        await proxy.stop()
        await app.stop(cloud)
        alone.close()


def _alone(home: Path) -> IO[str]:
    """The lock that only one emulator holds in a home, for as long as it lives. Raises StartError."""
    handle = (home / ".running").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        raise StartError(f"another local Azure runs in {home}; stop that first") from problem
    return handle


def _listen(asked: int | None, last: int) -> socket.socket:
    """A port of our own: the one asked for, else the last one if it is free, else any. Raises StartError."""
    for port in dict.fromkeys((last, 0)) if asked is None else (asked,):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(512)
        except OSError as problem:
            listener.close()
            if asked is not None:
                why = f"port {asked} on {HOST} can't be had ({problem.strerror})"
                raise StartError(f"{why}; name another, or leave --port away to get a free one") from problem
            continue
        listener.setblocking(False)
        return listener
    raise StartError(f"there is no free port on {HOST}")


def _announce(home: Path, cloud: Cloud, ca: Path) -> None:
    """`cloud.json`: how to reach this cloud, readable by its owner only, whole or not there."""
    owner = cloud.store.record("settings", "owner")
    assert owner is not None, "`app.start` has seeded it"
    base = cloud.settings.base_url
    told = {
        "pid": os.getpid(),
        "started": Path(f"/proc/{os.getpid()}/stat").read_text().rsplit(")", 1)[1].split()[19],
        "endpoint": base,
        "proxy": f"http://{HOST}:{cloud.settings.proxy_port}",
        "ca": str(ca),
        "tenant_id": cloud.settings.tenant_id,
        "subscription_id": cloud.settings.subscription_id,
        "subscriptions": cloud.settings.subscription_ids,
        "client_id": owner["client_id"],
        "client_secret": owner["client_secret"],
        "object_id": owner["object_id"],
        "control_secret": cloud.settings.control_secret,
        "storage_suffix": cloud.settings.storage_suffix,
        "location": "westeurope",
        "serving": cloud.scoring.serves,
        "metadata_url": f"{base}/metadata/endpoints?api-version=2019-05-01",
    }
    fresh = home / ".cloud.json.new"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(told, indent=2))
    fresh.replace(home / "cloud.json")


if __name__ == "__main__":
    sys.exit(main())
