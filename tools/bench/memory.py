"""The emulator's memory, idle and with 1,000 resources, and the time from its start to its first answer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support import cloud as local_azure

from .figures import Figure, median_of, rss_mb, seconds

RESOURCES = 1000


def measure(folder: Path) -> Iterator[Figure]:
    """Megabytes resident of the emulator's own process; its children are theirs."""
    from azure.mgmt.resource.resources import ResourceManagementClient

    def start() -> float:
        taken = seconds(lambda: local_azure.start(folder / "azure"))
        local_azure.stop(folder / "azure")
        return taken

    start()
    yield Figure("start to first answer, `localazure start` and all", f"{median_of(3, start):.2f} s")
    with local_azure.running(folder / "azure") as cloud:
        pid = int(cloud.told["pid"])
        idle = rss_mb(pid)
        groups = cloud.client(ResourceManagementClient).resource_groups
        with ThreadPoolExecutor(8) as pool:
            body = {"location": cloud.location, "tags": {"of": "benchmark"}}
            for done in [pool.submit(groups.create_or_update, f"rg{at}", body) for at in range(RESOURCES)]:
                done.result()
        assert len(list(groups.list())) >= RESOURCES
        yield Figure(f"memory idle, and with {RESOURCES} resources", f"{idle:.0f} MB, {rss_mb(pid):.0f} MB")
