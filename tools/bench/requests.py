"""GET and PUT of 2 KB through each service's own SDK with 8 threads.

The emulator (resource groups), Azurite (blobs), moto server (DynamoDB).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.support import cloud as local_azure

from tools.setup import cache
from tools.setup.step import run

from .figures import Figure

REPOSITORY = Path(__file__).resolve().parents[2]
THREADS, EACH = 8, 60  # requests a thread and round
ROUNDS = 3
TEXT = "x" * 2048
_AZURITE = (
    "devstoreaccount1",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
)


def measure(folder: Path) -> Iterator[Figure]:
    """Requests a second, the median of three rounds that take turns."""
    with local_azure.running(folder / "azure") as cloud, _azurite(folder) as blobs, _moto() as dynamo:
        services = {"emulator": _emulator(cloud), "Azurite": _blob_calls(blobs), "moto server": _dynamo_calls(dynamo)}
        rates: dict[tuple[str, str], list[float]] = {}
        for _ in range(ROUNDS):
            for service, (put, get) in services.items():
                rates.setdefault((service, "PUT"), []).append(_rate(put))
                rates.setdefault((service, "GET"), []).append(_rate(get))
    for verb in ("GET", "PUT"):
        best = {service: sorted(rates[service, verb])[ROUNDS // 2] for service in services}
        found = ", ".join(f"{service} {rate:.0f}/s" for service, rate in best.items())
        met = best["emulator"] > max(best["Azurite"], best["moto server"])
        yield Figure(f"{verb} of 2 KB through the SDK, {THREADS} threads", found, "faster than both", met)


def _rate(call: Callable[[int], object]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(lambda at: [call(at) for _ in range(EACH)], at) for at in range(THREADS)]:
            done.result()
    return THREADS * EACH / (time.perf_counter() - began)


Calls = tuple[Callable[[int], object], Callable[[int], object]]


def _emulator(cloud: local_azure.LocalCloud) -> Calls:
    from azure.mgmt.resource.resources import ResourceManagementClient

    resources = cloud.client(ResourceManagementClient)
    resources.resource_groups.create_or_update("bench", {"location": cloud.location})
    tags = {f"tag{at}": TEXT[:205] for at in range(10)}
    body = {"location": cloud.location, "tags": tags}
    for at in range(THREADS):
        resources.resource_groups.create_or_update(f"bench{at}", body)
    return (
        lambda at: resources.resource_groups.create_or_update(f"bench{at}", body),
        lambda at: resources.resource_groups.get(f"bench{at}"),
    )


def _blob_calls(address: str) -> Calls:
    from azure.storage.blob import BlobServiceClient

    account, key = _AZURITE
    service = BlobServiceClient(f"{address}/{account}", credential={"account_name": account, "account_key": key})
    container = service.get_container_client("bench")
    container.create_container()

    def put(at: int) -> object:
        return container.upload_blob(f"blob{at}", TEXT, overwrite=True)

    for at in range(THREADS):
        put(at)
    return put, lambda at: container.download_blob(f"blob{at}").readall()


def _dynamo_calls(address: str) -> Calls:
    """boto3 lives in the benchmark's own environment, whose packages are put behind ours on the path."""
    place = _bench_environment()
    sys.path.append(str(next(place.glob("lib/python3*/site-packages"))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import boto3  # type: ignore[import-not-found]
    client = boto3.client(
        "dynamodb",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106
    )
    client.create_table(
        TableName="bench",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def put(at: int) -> object:
        return client.put_item(TableName="bench", Item={"k": {"S": f"{at}"}, "v": {"S": TEXT}})

    for at in range(THREADS):
        put(at)
    return put, lambda at: client.get_item(TableName="bench", Key={"k": {"S": f"{at}"}})


def _bench_environment() -> Path:
    lock, uv = REPOSITORY / "requirements-bench.lock", Path(sys.executable).with_name("uv")

    def make(place: Path) -> None:
        run([uv, "venv", "-q", "--python", sys.executable, place], why="making the benchmark's environment")
        install: Sequence[str | Path] = [
            uv,
            "pip",
            "install",
            "-q",
            "--compile-bytecode",
            "--python",
            place / "bin/python",
        ]
        run([*install, "--require-hashes", "-r", lock], why="installing moto")

    return cache.in_place(f"bench/{cache.key(lock)}", make)[0]


@contextmanager
def _moto() -> Iterator[str]:
    place, port = _bench_environment(), free_port()
    words: Sequence[str | Path] = [place / "bin/moto_server", "-H", "127.0.0.1", "-p", str(port)]
    with _server(words, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _azurite(folder: Path) -> Iterator[str]:
    port, data = free_port(), folder / "azurite"
    program = REPOSITORY / "tools/node_modules/.bin/azurite-blob"
    words: Sequence[str | Path] = [
        program,
        "--silent",
        "--disableTelemetry",
        "--skipApiVersionCheck",
        "--blobPort",
        str(port),
        "--location",
        data,
    ]
    with _server(words, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _server(words: Sequence[str | Path], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [str(word) for word in words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
    )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
