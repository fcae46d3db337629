"""What publishing and training need of Azure: a client of Machine Learning, and of a blob container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
    from azure.storage.blob import ContainerClient


class Cloud(Protocol):
    """The edge to Azure. Whoever implements it holds credential, endpoint, proxy and CA."""

    def machine_learning(self, subscription: str | None = None) -> MachineLearningServicesMgmtClient:
        """The client for a subscription; None is the caller's own, which for the local Azure is the only one."""
        ...

    def container(self, url: str, credential: Any = None) -> ContainerClient:
        """A blob container by its URL. Without `credential` the URL's own SAS counts, else the caller's identity."""
        ...
