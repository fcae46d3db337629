"""Which operation a blob request is, and what it takes."""

from __future__ import annotations

import pytest

from localazure.emulator.storage.blob_errors import BlobError
from localazure.emulator.storage.blob_operations import operation

pytestmark = pytest.mark.spec_example


@pytest.mark.parametrize(
    ("method", "container", "blob", "query", "name"),
    [
        ("GET", "", "", {"comp": "list"}, "List Containers"),
        ("PUT", "con", "", {"restype": "container"}, "Create Container"),
        ("GET", "con", "", {"restype": "container", "comp": "list"}, "List Blobs"),
        ("PUT", "con", "b", {}, "Put Blob"),
        ("PUT", "con", "b", {"comp": "BlockList"}, "Put Block List"),
        ("DELETE", "con", "b", {}, "Delete Blob"),
        ("POST", "", "", {"restype": "service", "comp": "userdelegationkey"}, "Get User Delegation Key"),
    ],
)
def test_operations_are_told_by_method_path_and_query(
    method: str, container: str, blob: str, query: dict[str, str], name: str
) -> None:
    """As "Operations on the account", "on containers" and "on blobs" list them; `comp` without case."""
    assert operation(method, container, blob, query).name == name


def test_reading_blobs_is_a_data_action_and_reading_containers_is_not() -> None:
    """So a control-plane Reader sees containers and never blobs."""
    assert operation("GET", "con", "b", {}).data
    assert operation("GET", "con", "", {"restype": "container", "comp": "list"}).data
    assert not operation("GET", "con", "", {"restype": "container"}).data


@pytest.mark.parametrize(
    ("method", "query", "status"),
    [("POST", {"comp": "batch"}, 501), ("PUT", {"comp": "query"}, 501), ("PROPFIND", {}, 405)],
)
def test_an_operation_that_is_not_here_is_refused(method: str, query: dict[str, str], status: int) -> None:
    """Loudly: 501, or 405 for a method that Blob Storage doesn't have."""
    with pytest.raises(BlobError) as error:
        operation(method, "con", "b", query)
    assert error.value.status == status
