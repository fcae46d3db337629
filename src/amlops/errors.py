"""The errors that the command line turns into one message and an exit code."""

from __future__ import annotations

import re

_SIGNED = re.compile(r"\bsig=[^&\s\"']+")


class AmlopsError(Exception):
    """Something the user can act on. `str()` is the whole message; no traceback is shown.

    Exit codes: 2 bad input (files, arguments), 3 not there or not running, 4 the cloud refused or failed,
    5 something else holds what is needed (lease, lock, port). Where a host isn't reached, clients tell the whole
    address: a signature in it, which opens a container to whoever reads it, is left out of the message.
    """

    exit_code = 4

    def __init__(self, message: str, *, exit_code: int | None = None) -> None:
        super().__init__(_SIGNED.sub("sig=…", message))
        if exit_code is not None:
            self.exit_code = exit_code
