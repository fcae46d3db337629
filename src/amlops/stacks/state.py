"""Where Pulumi keeps the state of an environment in Azure: each realm has a container, reached by a signature for this
container only, and a phrase that encrypts secrets in it.

A container's URL takes no other storage domain while a signature is set, so AZURE_STORAGE_DOMAIN names it (gocloud's
azureblob, "bucket URL cannot change the service endpoint").
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from amlops.azure import Azure, AzureRefused
from amlops.config import PLATFORM, Environment, Names, Repository, load_about
from amlops.errors import AmlopsError

from .names import StackName
from .variables import BACKEND, PASSPHRASE

LIFE = timedelta(hours=12)
"""How long a signature is good for. The Pulumi CLI reads it once, so it must outlive the longest run of one command."""

LEAST = timedelta(hours=6)
"""What a signature must have left when a command begins; GitHub ends a job of its own runners after six hours."""

SIGNATURE = "AZURE_STORAGE_SAS_TOKEN"
STATIC = (BACKEND, "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_DOMAIN", "AZURE_STORAGE_KEY")
SECRETS = (SIGNATURE, PASSPHRASE)
"""Variables that are asked of Azure, and are told to nobody but the Pulumi CLI."""


def realm_of(repo: Repository, stack: StackName) -> str:
    """Who keeps a stack's state and applies it: PLATFORM or the deployment's team. Raises ConfigError."""
    return PLATFORM if stack.deployment is None else load_about(repo, stack.deployment).team


@dataclass
class StateContainer:
    """`who` is PLATFORM or a team. Signature and passphrase are asked for when they are first needed."""

    azure: Azure
    environment: Environment
    who: str
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _signature: tuple[str, datetime] | None = field(default=None, init=False, repr=False)
    _passphrase: str | None = field(default=None, init=False, repr=False)

    @property
    def names(self) -> Names:
        return Names(self.environment)

    @property
    def realm(self) -> str:
        return self.names.realm(self.who)

    @property
    def url(self) -> str:
        """As the Pulumi CLI takes it."""
        return f"azblob://{self.realm}?storage_account={self.names.state_storage}"

    def static(self) -> dict[str, str]:
        """What holds no secret. A storage key that a shell has would go before the signature, so none is left."""
        values = (self.url, self.names.state_storage, f"blob.{self.azure.storage_suffix}", "")
        return dict(zip(STATIC, values, strict=True))

    def signature(self) -> str:
        """One that is good for six hours at least. Raises AmlopsError."""
        with self._lock:
            now = self.azure.now()
            if self._signature is None or self._signature[1] - now < LEAST:
                made = self.azure.container_signature(self.names.state_storage, self.realm, LIFE)
                self._signature = (made, now + LIFE)
            return self._signature[0]

    def passphrase(self) -> str:
        """Raises AmlopsError (exit code 3) where bootstrap has made none, or the caller may not see it."""
        with self._lock:
            if self._passphrase is None:
                self._passphrase = self._read()
            return self._passphrase

    def _read(self) -> str:
        vault, todo = self.names.state_vault, f"run `amlops bootstrap {self.environment.name}` as its owner"
        try:
            found = self.azure.vault(vault).get(self.realm)
        except AzureRefused as error:
            if error.status == 403:
                message = f"this identity may not read the passphrase {self.realm} in the vault {vault}"
                raise AmlopsError(f"{message}; use the one of {self.realm}, or {todo}", exit_code=3) from None
            raise
        if found is None:
            raise AmlopsError(f"the vault {vault} holds no passphrase {self.realm}; {todo}", exit_code=3)
        return found


class StackVariables(Mapping[str, str]):
    """The variables of `fixed` with those of a state container, whose signature is renewed as the CLI is called."""

    def __init__(self, fixed: Mapping[str, str], container: StateContainer) -> None:
        self.fixed, self.container = fixed, container
        self._names = tuple(dict.fromkeys([*fixed, *STATIC, *SECRETS]))

    def __getitem__(self, name: str) -> str:
        if name == SIGNATURE:
            return self.container.signature()
        if name == PASSPHRASE:
            return self.container.passphrase()
        return self.container.static()[name] if name in STATIC else self.fixed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"StackVariables({self.container.realm})"
