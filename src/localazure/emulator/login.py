"""Metadata, OpenID configuration and tokens: what clients ask for before their first request to ARM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .identity import TokenRefused
from .settings import DOMAIN

if TYPE_CHECKING:
    from .cloud import Cloud


def routes(cloud: Cloud) -> list[Route]:
    base = cloud.settings.base_url

    async def metadata(request: Request) -> JSONResponse:
        """Clouds: azure-ai-ml asks with 2019-05-01 and takes an array, Go asks with a newer one and takes one."""
        found = _metadata(cloud)
        return JSONResponse([found] if request.query_params.get("api-version", "") < "2020" else found)

    async def openid(request: Request) -> JSONResponse:
        tenant = request.path_params["tenant"]
        return JSONResponse(
            {
                "token_endpoint": f"{base}/{tenant}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{base}/{tenant}/oauth2/v2.0/devicecode",
                "issuer": f"https://sts.windows.net/{tenant}/",
                "jwks_uri": f"{base}/{tenant}/discovery/v2.0/keys",
                "response_types_supported": ["token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def token(request: Request) -> JSONResponse:
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            return JSONResponse(cloud.identity.token(request.path_params["tenant"], form))
        except TokenRefused as refused:
            body = {"error": refused.error, "error_description": refused.description}
            return JSONResponse(body, refused.status)

    async def keys(request: Request) -> JSONResponse:
        return JSONResponse(cloud.identity.keys())

    return [
        Route("/metadata/endpoints", metadata),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", openid),
        Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
        Route("/{tenant}/discovery/v2.0/keys", keys),
    ]


def _metadata(cloud: Cloud) -> dict[str, Any]:
    base = cloud.settings.base_url
    return {
        "name": "LocalAzure",
        "portal": base,
        "authentication": {
            "loginEndpoint": base,
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": cloud.settings.tenant_id,
            "identityProvider": "AAD",
        },
        "resourceManager": base,
        "microsoftGraphResourceId": f"{base}/graph",
        "graph": f"{base}/graph",
        "logAnalyticsResourceId": base,
        "suffixes": {
            "storage": cloud.settings.storage_suffix,
            "keyVaultDns": cloud.settings.vault_suffix,
            "acrLoginServer": f"azurecr.{DOMAIN}",
        },
    }
