"""The calls of providers of models, and of models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, if_match_header, nothing, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import AiModel, AiProvider, AiProviderTest


def listing(query: Mapping[str, Any]) -> Listing[AiProvider]:
    return Listing(
        first=Call("GET", "/ai/providers", page_of("providers"), query=query),
        member="providers",
        item=AiProvider,
        following=behind_cursor,
    )


def get(provider_name: str) -> Call[AiProvider]:
    return Call("GET", _path(provider_name), AiProvider)


def put(
    provider_name: str, request: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[AiProvider]:
    return Call(
        "PUT",
        _path(provider_name),
        AiProvider,
        body=request,
        headers=if_match_header(if_match),
        idempotency_key=idempotency_key,
    )


def delete(provider_name: str, if_match: int | str | None, idempotency_key: str | None) -> Call[None]:
    path = _path(provider_name)
    return Call("DELETE", path, nothing, headers=if_match_header(if_match), idempotency_key=idempotency_key)


def test(provider_name: str, request: Mapping[str, Any], idempotency_key: str | None) -> Call[AiProviderTest]:
    path = route("/ai/providers/{provider_name}/test", provider_name=provider_name)
    return Call("POST", path, AiProviderTest, body=request, idempotency_key=idempotency_key)


def model_listing(query: Mapping[str, Any]) -> Listing[AiModel]:
    return Listing(
        first=Call("GET", "/ai/models", page_of("models"), query=query),
        member="models",
        item=AiModel,
        following=behind_cursor,
    )


def _path(provider_name: str) -> str:
    return route("/ai/providers/{provider_name}", provider_name=provider_name)
