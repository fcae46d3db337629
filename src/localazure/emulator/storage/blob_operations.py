"""Which operation a blob request is, and what it takes to be allowed: SAS letters and the role's action.

Sources: Storage REST, "Operations on the account (Blob Storage)", "… on containers", "… on blobs"; "Create a service
SAS", permissions; "Create an account SAS", "Account SAS permissions by operation"; "Authorize with Microsoft Entra ID",
"Permissions for blob service operations".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .blob_errors import BlobError, not_built

_SERVICE = "Microsoft.Storage/storageAccounts/blobServices"
_CONTAINERS = f"{_SERVICE}/containers"
_BLOBS = f"{_CONTAINERS}/blobs"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the service.

    `sas` and `account_sas`: any one of the letters is enough, "" means that such a SAS never is. `level` is the account
    SAS's resource type: s, c or o. `data` says whether `action` is a data action. `creates` says that the letter c
    and the action `blobs/add/action` are enough while the blob isn't there.
    """

    name: str
    level: str
    action: str
    data: bool = False
    sas: str = ""
    account_sas: str = ""
    creates: bool = False


def _service(name: str, action: str, letters: str) -> Operation:
    return Operation(name, "s", f"{_SERVICE}/{action}", account_sas=letters)


def _container(name: str, action: str, letters: str) -> Operation:
    return Operation(name, "c", f"{_CONTAINERS}/{action}", account_sas=letters)


def _blob(name: str, action: str, letters: str, *, creates: bool = False, level: str = "o") -> Operation:
    return Operation(name, level, f"{_BLOBS}/{action}", True, letters, letters, creates)


ADD_ACTION = f"{_BLOBS}/add/action"
READ_ACTION = f"{_BLOBS}/read"

# (method, restype or "", comp or "")
_ON_ACCOUNT = {
    ("GET", "", "list"): _service("List Containers", "containers/read", "l"),
    ("GET", "service", "properties"): _service("Get Blob Service Properties", "read", "r"),
    ("PUT", "service", "properties"): _service("Set Blob Service Properties", "write", "w"),
    ("GET", "service", "stats"): _service("Get Blob Service Stats", "read", "r"),
    ("POST", "service", "userdelegationkey"): _service(
        "Get User Delegation Key", "generateUserDelegationKey/action", ""
    ),
    ("GET", "account", "properties"): _service("Get Account Information", "getInfo/action", "rwdlacup"),
    ("HEAD", "account", "properties"): _service("Get Account Information", "getInfo/action", "rwdlacup"),
    ("GET", "", "blobs"): Operation("Find Blobs by Tags", "o", f"{_BLOBS}/filter/action", data=True, account_sas="f"),
}
_ON_CONTAINER = {
    ("PUT", "container", ""): _container("Create Container", "write", "cw"),
    ("GET", "container", ""): _container("Get Container Properties", "read", "r"),
    ("HEAD", "container", ""): _container("Get Container Properties", "read", "r"),
    ("DELETE", "container", ""): _container("Delete Container", "delete", "d"),
    ("GET", "container", "metadata"): _container("Get Container Metadata", "read", "r"),
    ("HEAD", "container", "metadata"): _container("Get Container Metadata", "read", "r"),
    ("PUT", "container", "metadata"): _container("Set Container Metadata", "write", "w"),
    ("GET", "container", "acl"): _container("Get Container ACL", "getAcl/action", ""),
    ("HEAD", "container", "acl"): _container("Get Container ACL", "getAcl/action", ""),
    ("PUT", "container", "acl"): _container("Set Container ACL", "setAcl/action", ""),
    ("PUT", "container", "lease"): _container("Lease Container", "write", "w"),
    ("GET", "container", "list"): _blob("List Blobs", "read", "l", level="c"),
    ("GET", "container", "blobs"): _blob("Find Blobs by Tags in Container", "filter/action", "f", level="c"),
    ("GET", "account", "properties"): _service("Get Account Information", "getInfo/action", "rwdlacup"),
    ("HEAD", "account", "properties"): _service("Get Account Information", "getInfo/action", "rwdlacup"),
}
# (method, comp or "")
_ON_BLOB = {
    ("GET", ""): _blob("Get Blob", "read", "r"),
    ("HEAD", ""): _blob("Get Blob Properties", "read", "r"),
    ("PUT", ""): _blob("Put Blob", "write", "w", creates=True),
    ("DELETE", ""): _blob("Delete Blob", "delete", "d"),
    ("PUT", "properties"): _blob("Set Blob Properties", "write", "w"),
    ("GET", "metadata"): _blob("Get Blob Metadata", "read", "r"),
    ("HEAD", "metadata"): _blob("Get Blob Metadata", "read", "r"),
    ("PUT", "metadata"): _blob("Set Blob Metadata", "write", "w"),
    ("GET", "tags"): _blob("Get Blob Tags", "tags/read", "t"),
    ("PUT", "tags"): _blob("Set Blob Tags", "tags/write", "t"),
    ("PUT", "lease"): _blob("Lease Blob", "write", "w"),
    ("PUT", "snapshot"): _blob("Snapshot Blob", "write", "wc"),
    ("PUT", "copy"): _blob("Abort Copy Blob", "write", "w"),
    ("PUT", "block"): _blob("Put Block", "write", "w"),
    ("PUT", "blocklist"): _blob("Put Block List", "write", "w"),
    ("GET", "blocklist"): _blob("Get Block List", "read", "r"),
    ("PUT", "appendblock"): _blob("Append Block", "write", "wa"),
    ("PUT", "seal"): _blob("Append Blob Seal", "write", "w"),
    ("PUT", "page"): _blob("Put Page", "write", "w"),
    ("GET", "pagelist"): _blob("Get Page Ranges", "read", "r"),
    ("PUT", "tier"): _blob("Set Blob Tier", "write", "w"),
    ("PUT", "undelete"): _blob("Undelete Blob", "write", "w"),
    ("GET", "properties"): _service("Get Account Information", "getInfo/action", "rwdlacup"),
    ("HEAD", "properties"): _service("Get Account Information", "getInfo/action", "rwdlacup"),
}


def operation(method: str, container: str, blob: str, query: Mapping[str, str]) -> Operation:
    """The operation of a request; raises BlobError 501 for one that isn't here."""
    comp, restype = query.get("comp", "").lower(), query.get("restype", "").lower()
    if blob:
        found = _ON_BLOB.get((method, comp))
    elif container:
        found = _ON_CONTAINER.get((method, restype, comp))
    else:
        found = _ON_ACCOUNT.get((method, restype, comp))
    if found is not None:
        return found
    if comp == "batch":
        raise not_built("Blob Batch")
    if method not in {"GET", "HEAD", "PUT", "DELETE", "POST"}:
        raise BlobError(405, "UnsupportedHttpVerb", "The resource doesn't support the specified HTTP verb.")
    raise not_built(f"{method} with restype '{restype}' and comp '{comp}' on {'a blob' if blob else 'this'}")
