"""Many callers at a time: limits hold to the request, nobody gets another's score, and nobody holds up the rest."""

import asyncio
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from api.score_cache import Asked, ScoreCache, hash_of
from api.tokens import hash_token, new_token
from router_models import RouterPanel
from router_models.decision import RouterScore
from settings import ApiToken
from tests.api.held import Held
from tests.api.serving import api_app, serving, settings

ROUTER = "prompt-length"
PATIENCE_S = 60


def ask_all(url: str, bodies: Sequence[dict[str, Any]], headers: dict[str, str] | None = None) -> list[httpx.Response]:
    """All requests at once, each on a connection of its own."""

    async def ask() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=len(bodies))
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=PATIENCE_S, headers=headers) as client:
            return list(await asyncio.gather(*(client.post("/predict", json=body) for body in bodies)))

    return asyncio.run(ask())


@pytest.mark.parametrize("cached", [0, 8])
def test_everybody_gets_the_score_of_their_own_text(panel: RouterPanel, cached: int) -> None:
    """Texts come several times, among each other, and more of them than the cache holds."""
    texts = [f"{'word ' * (1 + number % 20)}{number % 20}" for number in range(80)]
    alone = {text: panel.run(text, only=[ROUTER]).results[0] for text in set(texts)}
    with serving(api_app(panel, settings(api_cached_scores=cached))) as url:
        answers = ask_all(url, [{"text": text, "router": ROUTER} for text in texts])
    assert [answer.status_code for answer in answers] == [200] * len(texts)
    for text, answer in zip(texts, answers, strict=True):
        expected = alone[text]
        assert isinstance(expected, RouterScore)
        assert answer.json()["text"] == text
        assert answer.json()["score"] == pytest.approx(expected.p_strong, abs=1e-4)


def test_bad_requests_among_good_ones_cost_nobody_else_an_answer(panel: RouterPanel) -> None:
    good = [{"text": f"Number {number}", "router": ROUTER} for number in range(30)]
    bad = [{"text": " "}, {"text": "Hi", "router": "nobody"}, {"text": "x" * 300_000}, {"router": ROUTER}, {"text": 7}]
    mixed = [*good[:10], *bad, *good[10:], *bad]
    with serving(api_app(panel, settings())) as url:
        answers = ask_all(url, mixed)
    for body, answer in zip(mixed, answers, strict=True):
        assert (answer.status_code == 200) == (body in good)
        assert answer.status_code < 500
        assert body in good or answer.json()["mend"]


def test_a_limit_holds_to_the_request_however_many_come_at_once(panel: RouterPanel) -> None:
    tokens = {name: new_token() for name in ("ann", "ben")}
    known = tuple(ApiToken(name=name, sha256=hash_token(token), per_minute=7) for name, token in tokens.items())
    with serving(api_app(panel, settings(api_tokens=known))) as url:
        for token in tokens.values():
            body = {"text": "Hi", "router": "random"}
            answers = ask_all(url, [body] * 30, {"authorization": f"Bearer {token}"})
            assert Counter(answer.status_code for answer in answers) == {200: 7, 429: 23}
            assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 429)


@pytest.mark.parametrize(("path", "field"), [("/predict", "text"), ("/predict/batch", "texts")])
def test_a_router_that_takes_long_holds_up_neither_other_routers_nor_the_health_check(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch, path: str, field: str
) -> None:
    held = Held(panel, "random", monkeypatch)
    with serving(api_app(panel, settings())) as url, ThreadPoolExecutor(1) as thread:
        text = "Hi" if field == "text" else ["Hi", "Ho"]
        slow = thread.submit(httpx.post, f"{url}{path}", json={field: text, "router": "random"}, timeout=PATIENCE_S)
        try:
            assert held.begun.wait(PATIENCE_S)
            other = httpx.post(f"{url}/predict", json={"text": "Hi", "router": ROUTER}, timeout=PATIENCE_S)
            assert other.status_code == 200
            assert httpx.get(f"{url}/health", timeout=PATIENCE_S).status_code == 200
            assert not slow.done()
        finally:
            held.go.set()
        assert slow.result().status_code == 200


def test_a_cache_that_many_threads_use_stays_whole_and_within_its_size() -> None:
    cache, size = ScoreCache(16), 16
    start = threading.Barrier(8, timeout=PATIENCE_S)

    def use(seed: int) -> int:
        start.wait()
        wrong = 0
        for number in range(2_000):
            name = f"{(number * (seed + 3)) % 40}"
            found = cache.get(Asked("knn", hash_of(name)))
            wrong += found is not None and found.evidence != name
            cache.put(Asked("knn", hash_of(name)), RouterScore("knn", ("weak", "strong"), (0.5, 0.5), 1.0, name))
        return wrong

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(use, range(8))) == 0
    assert len(cache) == size
