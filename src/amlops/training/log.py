"""A run's log while it grows: the blob `user_logs/std_log.txt` among the run's artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amlops.releases.holder import refused

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

FILE = "user_logs/std_log.txt"
"""Source: azure-ai-ml streams what matches `user_logs/std_log*.txt`."""


class RunLog:
    """Gives the lines that came since the last look. Reading starts where the last reading ended."""

    def __init__(self, container: ContainerClient, path: str) -> None:
        self._blob = container.get_blob_client(path)
        self._read = 0
        self._rest = b""

    def lines(self, *, ended: bool = False) -> list[str]:
        """The whole lines since the last call; with `ended` a last one without line end too. Raises AmlopsError."""
        self._rest += self._more()
        *whole, self._rest = self._rest.split(b"\n")
        if ended and self._rest:
            whole.append(self._rest)
            self._rest = b""
        return [line.decode("utf-8", "replace").rstrip("\r") for line in whole]

    def _more(self) -> bytes:
        from azure.core.exceptions import AzureError, ResourceNotFoundError

        try:
            size = self._blob.get_blob_properties().size
            if size <= self._read:
                return b""
            data: bytes = self._blob.download_blob(offset=self._read, length=size - self._read).readall()
        except ResourceNotFoundError:
            return b""
        except AzureError as error:
            refused(f"reading the log {self._blob.blob_name}", error)
        self._read += len(data)
        return data
