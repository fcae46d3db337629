"""A run's log, read while it grows."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from amlops.training.log import RunLog


class Growing:
    """A blob that grows; None is not there yet."""

    blob_name = "log"
    content: bytes | None = None

    def get_blob_client(self, path: str) -> Growing:
        return self

    def get_blob_properties(self) -> Any:
        if self.content is None:
            raise ResourceNotFoundError("no such blob")
        return SimpleNamespace(size=len(self.content))

    def download_blob(self, offset: int, length: int) -> Any:
        assert self.content is not None
        data = io.BytesIO(self.content[offset : offset + length])
        return SimpleNamespace(readall=data.read)


def test_each_line_comes_once_and_whole() -> None:
    """A line is given when it is complete, the last one when the run has ended; letters are never cut."""
    blob: Any = Growing()
    log = RunLog(blob, "log")
    assert log.lines() == []
    blob.content = b"eins\nzw"
    assert log.lines() == ["eins"]
    blob.content = "eins\nzwö".encode()[:-1]
    assert log.lines() == []
    blob.content = "eins\nzwölf\r\ndrei".encode()
    assert log.lines() == ["zwölf"]
    assert log.lines(ended=True) == ["drei"]
    assert log.lines(ended=True) == []
