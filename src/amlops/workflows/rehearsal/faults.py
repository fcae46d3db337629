"""Faults by name, as `--fault` takes them, and the rules of the local Azure that they are.

`status:503:deployments:3` answers the next three writes of each method to a path that names `deployments` with 503.
Kinds are those of the local Azure; a fault meets PUT, PATCH, POST and DELETE unless a method stands before the word
(`GET deployments`).
"""

from __future__ import annotations

import json
import re
import ssl
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amlops.errors import AmlopsError
from amlops.local_azure import Running

FORMS: Mapping[str, str] = {
    "status": "status:CODE:WHERE[:TIMES]",
    "drop": "drop:WHERE[:TIMES]",
    "slow": "slow:SECONDS:WHERE[:TIMES]",
    "fail-operation": "fail-operation:WHERE[:TIMES]",
    "never-ends": "never-ends:WHERE[:TIMES]",
}
_METHODS = ("GET", "PUT", "PATCH", "POST", "DELETE")
_WRITES = ("PUT", "PATCH", "POST", "DELETE")
_WORD = re.compile(r"^[A-Za-z0-9._-]+$")


@dataclass(frozen=True, slots=True)
class Fault:
    """`where` is a word of ARM's path; `methods` those that it meets."""

    text: str
    kind: str
    where: str
    times: int = 1
    methods: tuple[str, ...] = _WRITES
    status: int = 503
    seconds: float = 1.0

    def rules(self) -> list[dict[str, Any]]:
        """As the local Azure takes them, a rule a method: each has `times` of its own."""
        path = f"/{re.escape(self.where)}(/|$)"
        fixed = {"kind": self.kind, "path": path, "times": self.times}
        if self.kind == "status":
            fixed |= {"status": self.status}
        if self.kind == "slow":
            fixed |= {"seconds": self.seconds}
        return [{**fixed, "method": method} for method in self.methods]


def parse_fault(text: str) -> Fault:
    """Raises AmlopsError (exit code 2) for what is no fault."""
    kind, *rest = text.split(":")
    if kind not in FORMS:
        raise _wrong(text, f'"{kind}" is no kind of fault')
    status, seconds = 503, 1.0
    if kind in ("status", "slow"):
        if len(rest) < 2:
            raise _wrong(text, "it has too few parts")
        given, rest = rest[0], rest[1:]
        if kind == "status":
            if not given.isdigit() or not 400 <= int(given) <= 599:
                raise _wrong(text, f'"{given}" is no status from 400 to 599')
            status = int(given)
        else:
            if not re.fullmatch(r"\d+(\.\d+)?", given) or float(given) > 600:
                raise _wrong(text, f'"{given}" are no seconds up to 600')
            seconds = float(given)
    if not rest or len(rest) > 2:
        raise _wrong(text, "it has too few parts" if not rest else "it has too many parts")
    method, _, where = rest[0].rpartition(" ")
    if method and method not in _METHODS:
        raise _wrong(text, f'"{method}" is none of {", ".join(_METHODS)}')
    if not _WORD.match(where):
        raise _wrong(text, f'"{where}" is no word of a path')
    times = rest[1] if len(rest) == 2 else "1"
    if not times.isdigit() or not 1 <= int(times) <= 1000:
        raise _wrong(text, f'"{times}" is no number of times from 1 to 1000')
    return Fault(text, kind, where, int(times), (method,) if method else _WRITES, status, seconds)


def set_faults(running: Running, faults: Sequence[Fault]) -> None:
    """Replaces all rules of a local Azure. Raises AmlopsError."""
    body = json.dumps({"rules": [rule for fault in faults for rule in fault.rules()]}).encode()
    told = json.loads((running.home / "cloud.json").read_text(encoding="utf-8"))
    headers = {"x-localazure-secret": told["control_secret"], "Content-Type": "application/json"}
    request = urllib.request.Request(f"{running.endpoint}/localazure/faults", body, headers)  # noqa: S310
    context = ssl.create_default_context(cafile=str(running.ca))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(request, timeout=30):
            return
    except OSError as error:
        raise AmlopsError(f"the local Azure took no faults: {error}") from None


def _wrong(text: str, why: str) -> AmlopsError:
    forms = ", ".join(FORMS.values())
    return AmlopsError(f'--fault: "{text}": {why}; available forms are {forms}; write one of them', exit_code=2)
