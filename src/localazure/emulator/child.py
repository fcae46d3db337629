"""The guardian of one child process: starts it, and sees that nothing of it outlives it or the emulator.

Run as a file, `python -I -S child.py SIGNAL PROGRAM ARGUMENT…`, standard library only. Its standard input is the leash:
end of file says that the emulator is gone, however it ended; a line `SIGNAL GRACE` asks for an end. PDEATHSIG alone
would not do: it fires when the *thread* that forked ends, and reaches the leader only, never what that started.

The guardian is a child subreaper (prctl(2)), so whatever the program leaves behind, even in a session of its own,
becomes the guardian's child and is found and killed. Its exit code is the program's; a signal is passed on as one.
"""

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Iterator

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
AFTER_EMULATOR = 5.0  # seconds that a program has after its death signal, before it is killed


def prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def join(pid: int) -> None:
    """Both sides do this, so that the group is there whichever runs first."""
    try:
        os.setpgid(pid, pid)
    except (PermissionError, ProcessLookupError):
        return


def start(argv: list[str]) -> int:
    """Fork the program into a process group of its own; it is killed if the guardian is."""
    guardian = os.getpid()
    pid = os.fork()
    if pid:
        join(pid)
        return pid
    try:
        os.setpgid(0, 0)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guardian:
            os._exit(1)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.execvp(argv[0], argv)  # noqa: S606 (starting a program is what a guardian is for)
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
    os._exit(127)


def reap(leader: int) -> tuple[int | None, bool]:
    """Collect who ended; gives (the leader's wait status or None, whether children are left)."""
    status = None
    while True:
        try:
            pid, result = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status, False
        if pid == 0:
            return status, True
        if pid == leader:
            status = result


def children() -> Iterator[int]:
    me = str(os.getpid())
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                file = os.open(f"/proc/{entry.name}/stat", os.O_RDONLY)
                fields = os.read(file, 4096).rpartition(b")")[2].split()
                os.close(file)
            except OSError:
                continue
            if fields[1].decode() == me:
                yield int(entry.name)


def send(leader: int, number: int) -> None:
    """Signal the program's process group; it may be gone already."""
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return


def kill_all(leader: int, status: int | None) -> int | None:
    """Kill level by level: whoever loses its parent becomes a child of this process. Gives the leader's status."""
    while True:
        send(leader, signal.SIGKILL)
        for pid in children():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.005)
        ended, left = reap(leader)
        status = ended if ended is not None else status
        if not left:
            return status


def main() -> None:
    die_with, argv = int(sys.argv[1]), sys.argv[2:]
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    os.set_blocking(readable, False)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    leader = start(argv)
    leash, number, grace = [0], die_with, AFTER_EMULATOR
    deadline: float | None = None
    status: int | None = None
    while True:
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        ready = select.select([readable, *leash], [], [], wait)[0]
        if readable in ready:
            os.read(readable, 4096)
        if 0 in ready:
            order = os.read(0, 4096)
            if order:
                asked = order.decode().splitlines()[-1].split()
                number, grace = int(asked[0]), float(asked[1])
            else:
                number, grace, leash = die_with, AFTER_EMULATOR, []
            deadline = time.monotonic() + grace
            send(leader, number)
        ended, left = reap(leader)
        status = ended if ended is not None else status
        alone = status is not None and deadline is None
        if not left or alone or (deadline is not None and time.monotonic() >= deadline):
            break
    status = kill_all(leader, status) if left else status
    code = os.waitstatus_to_exitcode(status if status is not None else 0)
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code & 0xFF)


if __name__ == "__main__":
    main()
