"""Fills the disk of a local Azure, writes to it, makes room, and writes again: `full_disk.py HOME`."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.support import cloud as local_azure

home = Path(sys.argv[1])
cloud = local_azure.start(home)
token = cloud.credential().get_token("https://management.azure.com/.default").token
http = httpx.Client(base_url=cloud.endpoint, verify=cloud.ca, trust_env=False, timeout=30)


def send(method: str, group: str, tags: dict[str, str] | None = None) -> int:
    path = f"{cloud.subscription}/resourceGroups/{group}?api-version=2024-03-01"
    body = {"location": cloud.location, "tags": tags or {}} if method == "PUT" else None
    return http.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"}).status_code


with (home / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
    while True:
        filler.write(b"0" * 4096)
big = {f"tag{at}": "x" * 250 for at in range(15)}
taken = 0
while (status := send("PUT", f"full{taken}", big)) == 201:
    taken += 1
print(f"refused {status}")
(home / "filler").unlink()
deadline = time.monotonic() + 30
while (status := send("PUT", "after")) not in (200, 201):
    assert time.monotonic() < deadline, status
    time.sleep(0.2)
lost = [number for number in range(taken) if send("GET", f"full{number}") != 200]
print(f"taken {status}, lost {lost}")
