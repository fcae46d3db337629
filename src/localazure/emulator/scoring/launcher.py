"""Starts azureml-inference-server-http inside a deployment's own environment.

    python launcher.py SOCKET SCRIPT

As it comes the server listens on all addresses. Here it gets a socket in Linux's abstract namespace (unix(7)), which no
network reaches, that needs no free port, and that is gone with its last process; gunicorn adopts it as it would one of
systemd (LISTEN_FDS). Runs under whatever Python the deployment has, so it uses little of it.
"""

import sys

if __name__ == "__main__":
    sys.path.pop(0)  # this file's folder: its modules must not shadow the deployment's

import ctypes
import importlib
import os
import signal
import socket

FIRST_FD = 3  # SD_LISTEN_FDS_START
PR_SET_PDEATHSIG = 1  # linux/prctl.h
BACKLOG = 2048  # gunicorn's own


def listen(name: str) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind("\0" + name)
    listener.listen(BACKLOG)
    if listener.fileno() != FIRST_FD:
        os.dup2(listener.fileno(), FIRST_FD)
    os.set_inheritable(FIRST_FD, True)
    listener.detach()
    os.environ["LISTEN_PID"], os.environ["LISTEN_FDS"] = str(os.getpid()), "1"


def tie_workers() -> None:
    """gunicorn's workers look for their parent only now and then: a master killed with -9 would leave them listening.

    What a worker forks itself is left alone: PDEATHSIG would end it with the thread that started it.
    """
    libc, master = ctypes.CDLL(None), os.getpid()

    def tie() -> None:
        if os.getppid() == master:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

    os.register_at_fork(after_in_child=tie)


def main() -> None:
    name, script = sys.argv[1:]
    listen(name)
    tie_workers()
    try:
        server = importlib.import_module("azureml_inference_server_http.amlserver")
    except ModuleNotFoundError as missing:
        if missing.name != "azureml_inference_server_http":
            raise
        sys.exit(
            "A required package azureml-inference-server-http is missing. Add it to the pip dependencies of the "
            "environment's conda file."
        )
    sys.argv = ["azmlinfsrv", "--entry_script", script]
    server.run()


if __name__ == "__main__":
    main()
