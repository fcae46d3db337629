"""The errors that the command line turns into one message and an exit code."""

from __future__ import annotations


class AmlopsError(Exception):
    """Something the user can act on. `str()` is the whole message; no traceback is shown.

    Exit codes: 2 bad input (files, arguments), 3 not there or not running, 4 the cloud refused or failed,
    5 something else holds what is needed (lease, lock, port).
    """

    exit_code = 4

    def __init__(self, message: str, *, exit_code: int | None = None) -> None:
        super().__init__(message)
        if exit_code is not None:
            self.exit_code = exit_code
