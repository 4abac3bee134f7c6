"""A small app with a public page and two that need a role, behind the real sign-in; and a browser without scripts."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
from fastapi import FastAPI

from feedback.accounts import Accounts
from pages._components import page_header
from pages._guarded import GuardedBlocks
from pages._visitor import visitor_of
from pages.access import install_access
from settings import Settings
from tests.api.serving import serving

LEFT: list[str] = []
"""Who has closed a tab, of those who may label."""

LABELLER, ADMIN = ("ann", "correct horse battery"), ("bob", "staple paper clip 7")


def settings_with_users(folder: Path, **options: Any) -> Settings:
    accounts = Accounts(folder / "users.json")
    accounts.put(LABELLER[0], "labeller", LABELLER[1])
    accounts.put(ADMIN[0], "admin", ADMIN[1])
    return Settings(_env_file=None, data_dir=folder / "data", auth_file=folder / "users.json", **options)


def guarded_app(settings: Settings) -> FastAPI:
    """Pages `/`, `/label` and `/usage`, whose events say who called them."""

    def who(request: gr.Request) -> str:
        visitor = visitor_of(request, settings)
        return f"{visitor.author} {visitor.name}".strip()

    async def stream(request: gr.Request) -> Any:
        yield who(request)
        yield "streamed"

    def leave(request: gr.Request) -> None:
        LEFT.append(visitor_of(request, settings).name)

    demo = GuardedBlocks(settings, analytics_enabled=False)
    with demo:
        page_header("/")
        said = gr.Textbox()
        gr.Button().click(who, None, said, api_name="route_who")
    with demo.route("Label", "/label"):
        said = gr.Textbox()
        gr.Button().click(who, None, said, api_name="label_who")
        gr.Button().click(who, None, said, api_name="label_at_once", queue=False)
        gr.Button().click(stream, None, said, api_name="label_stream")
        gr.Button().click(who, None, said, api_name="learn_who")
        gr.Button().click(who, None, said, api_name="judge_who")
        demo.unload(leave)
    with demo.route("Usage", "/usage"):
        said = gr.Textbox()
        demo.load(who, None, said, api_name="usage_who")
    app = FastAPI()
    install_access(app, settings)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="SSR mode is not supported")
        mounted: FastAPI = gr.mount_gradio_app(app, demo, path="/", ssr_mode=False)
    return mounted


@contextmanager
def browsing(settings: Settings) -> Iterator[httpx.Client]:
    with serving(guarded_app(settings)) as address, httpx.Client(base_url=address, timeout=30) as browser:
        yield browser


def sign_in(browser: httpx.Client, user: tuple[str, str], wanted: str = "/label") -> httpx.Response:
    return browser.post("/sign-in", data={"name": user[0], "password": user[1], "next": wanted})


def call(browser: httpx.Client, name: str) -> str:
    """What an event says when it is called by hand; how it fails, with an exclamation mark, if it fails."""
    events = browser.get("/config").json()["dependencies"]
    for page in browser.get("/config").json()["page"]:
        events += browser.get("/config", params={"page": page}).json()["dependencies"]
    number = next(event["id"] for event in events if event["api_name"] == name)
    body = {"fn_index": number, "data": [], "session_hash": "abcdefgh"}
    if next(event for event in events if event["id"] == number)["queue"] is False:
        answer = browser.post("/gradio_api/run/predict", json=body)
        return str(answer.json()["data"][0]) if answer.is_success else f"!{answer.json()['error']}"
    browser.post("/gradio_api/queue/join", json=body).raise_for_status()
    last = ""
    with browser.stream("GET", "/gradio_api/queue/data", params={"session_hash": "abcdefgh"}) as lines:
        for line in lines.iter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line.removeprefix("data:"))
            if message["msg"] == "process_completed":
                output = message["output"]
                if not message["success"]:
                    return f"!{output['error']}"
                return str(output["data"][0]) if output.get("data") else last
            if message["msg"] == "process_generating" and message["success"]:
                last = str(message["output"]["data"])
    raise AssertionError("the event did not end")
