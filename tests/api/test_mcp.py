"""Tools of the Model Context Protocol: on by a setting, two of them, behind the same tokens."""

import asyncio
import json
import sys
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from api.tokens import hash_token, new_token
from errors import UnavailableError
from router_models import RouterPanel
from settings import ApiToken
from tests.api.serving import api_app, client_of, serving, settings


def call(
    url: str, tool: str, arguments: dict[str, Any], headers: dict[str, str] | None = None
) -> tuple[list[str], Any]:
    """Names of the tools, and what one of them says."""

    async def ask() -> tuple[list[str], Any]:
        async with (
            streamablehttp_client(f"{url}/api/mcp", headers=headers) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            listed = await session.list_tools()
            assert all(one.description for one in listed.tools)
            return [one.name for one in listed.tools], await session.call_tool(tool, arguments)

    return asyncio.run(ask())


def test_decide_and_predict_are_tools(panel: RouterPanel) -> None:
    text = "Prove that the square root of 2 is irrational."
    with serving(api_app(panel, settings(mcp_server=True))) as url:
        names, predicted = call(url, "predict", {"text": text, "router": "encoder-quality"})
        assert names == ["decide", "predict"]
        own = httpx.post(f"{url}/predict", json={"text": text, "router": "encoder-quality"}).json()
        assert json.loads(predicted.content[0].text)["score"] == pytest.approx(own["score"], abs=1e-6)
        _, decided = call(url, "decide", {"prompt": text, "routers": ["knn", "encoder-3way"], "pool": "measured"})
        assert [one["router"] for one in decided.structuredContent["decisions"]] == ["knn", "encoder-3way"]
        _, wrong = call(url, "predict", {"text": text, "router": "nobody"})
        assert wrong.isError
        assert "no router 'nobody'" in wrong.content[0].text


def test_tokens_guard_the_tools_too(panel: RouterPanel) -> None:
    token = new_token()
    chosen = settings(mcp_server=True, api_tokens=(ApiToken(name="a", sha256=hash_token(token)),))
    with serving(api_app(panel, chosen)) as url:
        assert httpx.post(f"{url}/api/mcp", json={}).status_code == 401
        names, _ = call(url, "predict", {"text": "Hi"}, {"authorization": f"Bearer {token}"})
        assert names == ["decide", "predict"]


def test_without_the_setting_there_are_no_tools(keyless: TestClient) -> None:
    assert keyless.post("/api/mcp", json={}).status_code == 404


def test_on_this_machine_a_foreign_host_name_is_refused(panel: RouterPanel) -> None:
    with TestClient(api_app(panel, settings(mcp_server=True)), base_url="http://evil.example") as client:
        assert client.post("/api/mcp", json={}).status_code == 421


def test_a_missing_package_is_named(panel: RouterPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.fastmcp", None)
    with pytest.raises(UnavailableError, match="pip install mcp"):
        client_of(panel, mcp_server=True)
