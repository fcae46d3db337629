"""Who may do what: role assignments at a scope or above it, effective some time after they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .arm.caller import Principal
from .arm.ids import ArmId
from .roles import BUILT_IN

if TYPE_CHECKING:
    from .clock import Clock
    from .store import Store

ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
_REGISTRY = "microsoft.machinelearningservices/registries/"


class Access:
    """Azure's rule: allowed if one effective assignment's role allows it. There are no deny assignments here."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._seen, self._assignments = -1, dict[str, list[tuple[str, str, float]]]()

    @property
    def delay(self) -> float:
        """Seconds until an assignment made now is effective: none, unless a test asks for Azure's minutes."""
        return float(self._store.record("access", "delay") or 0.0)

    def effective_from(self) -> float:
        """When an assignment made now will be effective."""
        return self._clock.now() + self.delay

    def set_delay(self, seconds: float) -> None:
        self._store.set_record("access", "delay", seconds)

    def allowed(self, principal: Principal, action: str, scope: ArmId, data: bool = False) -> bool:
        """Whether the principal may do `Microsoft.X/a/verb` there; `data` asks the data actions."""
        action, key, now = _published(action), scope.key, self._clock.now()
        for role, at, since in self._of(principal.object_id):
            covers = key == at or key.startswith(at + "/") or at == ""
            if covers and since <= now and role in BUILT_IN and BUILT_IN[role].allows(action, data=data):
                return True
        return False

    def has_role(self, principal: Principal, scope: str) -> bool:
        """Whether the principal has any effective role at the scope, above it or below it."""
        key, now = ArmId(scope).key, self._clock.now()
        return any(
            since <= now and (at == "" or f"{key}/".startswith(f"{at}/") or f"{at}/".startswith(f"{key}/"))
            for _, at, since in self._of(principal.object_id)
        )

    def _of(self, object_id: str) -> list[tuple[str, str, float]]:
        """(role, scope, effective from) of this principal's assignments; read anew when one changed."""
        version = self._store.version(ASSIGNMENT)
        if version != self._seen:
            found: dict[str, list[tuple[str, str, float]]] = {}
            for assignment in self._store.of_type(ASSIGNMENT):
                what = assignment.properties
                role = str(what["roleDefinitionId"]).rsplit("/", 1)[-1].lower()
                since = float(assignment.secret.get("effectiveAt", 0.0))
                found.setdefault(str(what["principalId"]).lower(), []).append(
                    (role, assignment.id.scope.lower().rstrip("/"), since)
                )
            self._seen, self._assignments = version, found
        return self._assignments.get(object_id.lower(), [])


def _published(action: str) -> str:
    """ARM publishes one set of actions, `registries/assets/…`, for all assets of an ML registry."""
    low = action.lower()
    if low.startswith(_REGISTRY) and low.count("/") > 2 and "/assets/" not in low:
        return f"Microsoft.MachineLearningServices/registries/assets/{low.rsplit('/', 1)[-1]}"
    return action
