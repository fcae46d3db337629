"""Question: does an identity trust subjects by a pattern?"""

from __future__ import annotations

from amlops.config import PLATFORM

from .question import Answer, Ground, Moment, Question

API = "2025-01-31-preview"


def _ask(ground: Ground) -> Answer:
    names = ground.names
    group = f"{ground.subscription}/resourceGroups/{names.state_resource_group}"
    identity = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{names.deploy_identity(PLATFORM)}"
    id = f"{identity}/federatedIdentityCredentials/pattern"
    pattern = {"value": "claims['sub'] matches 'repo:amlops-verify/nobody:*'", "languageVersion": 1}
    body = {
        "properties": {
            "issuer": "https://token.actions.githubusercontent.com",
            "audiences": ["api://AzureADTokenExchange"],
            "claimsMatchingExpression": pattern,
        }
    }
    said = ground.send("PUT", id, API, body)
    if said.status < 300:
        ground.send("DELETE", id, API)
        return Answer(f"a pattern is taken by {API}", False, said.as_dict())
    return Answer(f"a pattern is refused: {said.status} {said.code}", True, said.as_dict())


QUESTION = Question(
    id="wildcard-federation",
    said="An identity trusts whole subjects only, so each GitHub environment needs a credential of its own",
    where="docs/azure.md 7; src/amlops/workflows/realm/foundation.py",
    how=f"PUT of a federated credential with claimsMatchingExpression, {API}",
    when=Moment.BOOTSTRAPPED,
    ask=_ask,
)
