"""azure-ai-ml's unmodified client, led to a local Azure by the environment variables that it reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.cloud import LocalCloud


@contextmanager
def pointed(cloud: LocalCloud) -> Iterator[None]:
    """What `amlops env` prints, for azure-ai-ml and for azure-storage-blob below it."""
    with pytest.MonkeyPatch.context() as patch:
        # The client sets this one itself, and would keep it for the next cloud.
        patch.setenv("AZUREML_CURRENT_CLOUD", "")
        del os.environ["AZUREML_CURRENT_CLOUD"]
        patch.setenv("ARM_CLOUD_METADATA_URL", cloud.told["metadata_url"])
        patch.setenv("REGISTRY_DISCOVERY_ENDPOINT_URL", f"{cloud.endpoint}/")
        patch.setenv("REQUESTS_CA_BUNDLE", cloud.ca)
        patch.setenv("HTTPS_PROXY", cloud.told["proxy"])
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        yield
