"""Makes what an environment stands on, as its owner, once; run again it changes what differs and nothing else."""

from __future__ import annotations

import base64
import json
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from amlops.azure import ARM_SCOPE, Azure, AzureRefused, poll_seconds
from amlops.config import Environment, deployments_of, roles
from amlops.errors import AmlopsError

from ..session import Session
from .foundation import Foundation, Grant, Principal, Wanted, assignment

PATIENCE = timedelta(minutes=15)
"""Of the server's time: how long a role may take to be effective, or a namespace to be registered."""

_GUIDS = uuid.UUID("0f6a5e0e-5d5c-5a0b-8a57-4f3f6f3b6a10")


@dataclass
class Bootstrapped:
    """What was done. `clients` are the client ids by GitHub environment; `pending` wants another run, later."""

    environment: str
    made: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    clients: dict[str, str] = field(default_factory=dict)
    unchanged: int = 0


def bootstrap(session: Session, repository: str, issuer: str) -> Bootstrapped:
    """Raises AmlopsError, also for an environment that is on no cloud of its own."""
    environment = session.environment
    require_cloud(environment)
    _, released = deployments_of(session.repo, environment)
    wanted = Foundation(environment, repository, issuer, released and environment.settings.platform is not None)
    return _Run(session, wanted).all()


def require_cloud(environment: Environment) -> None:
    """Raises AmlopsError (exit code 2) for the environment `local`."""
    if environment.is_local:
        raise AmlopsError(f"{environment.name} keeps its state on this machine; nothing is to be made", exit_code=2)


class _Run:
    def __init__(self, session: Session, wanted: Foundation) -> None:
        self._session, self._wanted, self._azure = session, wanted, session.azure
        self._done = Bootstrapped(session.environment.name)

    def all(self) -> Bootstrapped:
        step = self._session.progress.step
        with step(f"{self._done.environment}: resource providers"):
            for subscription, namespace in self._wanted.registrations():
                self._register(subscription, namespace)
        with step(f"{self._done.environment}: storage and vault of the state"):
            for resource in self._wanted.resources():
                self._put(resource)
        principals: dict[str, str] = {}
        with step(f"{self._done.environment}: deploy identities"):
            for identity in self._wanted.identities():
                properties = self._put(identity.wanted)["properties"]
                principals[identity.who] = str(properties["principalId"])
                self._done.clients[identity.realm] = str(properties["clientId"])
                self._put(identity.trust)  # one at a time: Azure refuses parallel ones of an identity
        with step(f"{self._done.environment}: passphrases"):
            self._passphrases()
        with step(f"{self._done.environment}: roles"):
            for grant in self._wanted.grants():
                self._grant(grant, principals[grant.who], "ServicePrincipal")
        return self._done

    def _register(self, subscription: str, namespace: str) -> None:
        path, version = f"{subscription}/providers/{namespace}", "2021-04-01"
        found = self._azure.resource(path, version) or {}
        if found.get("registrationState") == "Registered":
            self._done.unchanged += 1
            return
        try:
            self._azure.post(f"{path}/register", version)
        except AzureRefused as error:
            if error.code != "InvalidResourceNamespace" or not self._azure.is_local:
                raise
            self._done.notes.append(f"the local Azure has nothing of {namespace}")
            return
        until = self._azure.now() + PATIENCE
        while (self._azure.resource(path, version) or {}).get("registrationState") != "Registered":
            self._wait(until, f"{namespace} is not registered with {subscription}")
        self._done.made.append(f"registration of {namespace} with {subscription}")

    def _put(self, wanted: Wanted) -> dict[str, Any]:
        """The resource as it is now."""
        before = self._azure.resource(wanted.id, wanted.api_version)
        if before is not None and contains(before, wanted.body):
            self._done.unchanged += 1
            return before
        try:
            after = self._azure.put(wanted.id, wanted.api_version, wanted.body)
        except AzureRefused as error:
            if not wanted.recoverable or error.status != 409:
                raise
            properties = {**wanted.body["properties"], "createMode": "recover"}
            after = self._azure.put(wanted.id, wanted.api_version, {**wanted.body, "properties": properties})
            self._done.notes.append(f"{wanted.name} was deleted, and is recovered with what it held")
        (self._done.made if before is None else self._done.changed).append(wanted.name)
        return after

    def _passphrases(self) -> None:
        """Random, written once: whoever loses one loses the secrets in the state.

        An owner may do everything but see data, so the caller gets the roles to write passphrases, and to back the
        state up and bring it back.
        """
        names = self._wanted.names
        who, kind = _caller(self._azure)
        self._grant(Grant("the caller", roles.BLOB_DATA_CONTRIBUTOR, self._wanted.account), who, kind)
        self._grant(Grant("the caller", roles.KEY_VAULT_SECRETS_OFFICER, self._wanted.vault), who, kind)
        vault = self._azure.vault(names.state_vault)
        for keeper in self._wanted.keepers:
            realm, until = names.realm(keeper), self._azure.now() + PATIENCE
            while True:
                try:
                    if vault.get(realm) is None:
                        vault.set(realm, secrets.token_urlsafe(32))
                        self._done.made.append(f"secrets/{realm}")
                    else:
                        self._done.unchanged += 1
                    break
                except AzureRefused as error:
                    if error.status != 403:
                        raise
                self._wait(until, f"the role for the secrets of {names.state_vault} is not effective")

    def _grant(self, grant: Grant, principal: str, kind: Principal) -> None:
        parts = (grant.scope, grant.role, principal)
        name = grant.name or str(uuid.uuid5(_GUIDS, "/".join(parts).lower()))
        wanted = assignment(grant, principal, kind, name)
        before = self._azure.resource(wanted.id, wanted.api_version)
        if before is not None and str(before["properties"]["principalId"]).lower() != principal.lower():
            self._azure.delete(wanted.id, wanted.api_version)  # the identity was made anew; an assignment is immutable
        try:
            self._put(wanted)
        except AzureRefused as error:
            if error.code == "RoleAssignmentExists":
                self._done.unchanged += 1
            elif grant.later and error.status == 404:
                self._done.pending.append(f"{grant.who} at {grant.scope}: run it again once that is there")
            elif grant.condition is not None and error.status == 501 and self._azure.is_local:
                bare = Grant(grant.who, grant.role, grant.scope)
                self._done.notes.append(f"{grant.who} at {grant.scope}: the local Azure takes no condition; without it")
                self._grant(bare, principal, kind)
            else:
                raise

    def _wait(self, until: Any, why: str) -> None:
        if self._azure.now() > until:
            raise AmlopsError(f"{why} after {PATIENCE.seconds // 60} minutes; run it again")
        self._session.progress.hint(f"waiting: {why} yet")
        time.sleep(poll_seconds(self._session.process))


def contains(body: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is there as it is wanted; what Azure adds counts for nothing."""
    if isinstance(wanted, Mapping):
        return isinstance(body, Mapping) and all(contains(body.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, str) and isinstance(body, str):
        return body.lower() == wanted.lower()
    return bool(body == wanted)


def _caller(azure: Azure) -> tuple[str, Principal]:
    """Object id and kind of who runs this, from the token, whose signature is Azure's business."""
    token = azure.credential.get_token(ARM_SCOPE).token
    part = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return str(claims["oid"]), "ServicePrincipal" if claims.get("idtyp") == "app" else "User"
