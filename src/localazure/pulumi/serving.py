"""A gRPC server as Pulumi's engine expects it of a plugin: the port on standard output, quiet on SIGINT."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import grpc

from localazure.pulumi.parent import end_with_parent

MAX_MESSAGE_BYTES = 400 << 20
GRACE_SECONDS = 0.2


def serve(register: Callable[[grpc.Server], None], *, workers: int) -> NoReturn:
    """Serve on a free loopback port until SIGINT or SIGTERM, or until the engine is gone.

    Ends the process itself: Python's own exit would wait for calls that are still running, and the engine for it.
    """
    end_with_parent()
    server = grpc.server(
        ThreadPoolExecutor(workers, thread_name_prefix="rpc"),
        options=[
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ],
    )
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    stopped.wait()
    server.stop(GRACE_SECONDS).wait(GRACE_SECONDS)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
