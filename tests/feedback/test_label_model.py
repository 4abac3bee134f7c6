"""The store against a model of it in a few lines: whatever is done in whatever order, both say the same."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from feedback.label_records import LabelVerdict
from feedback.label_store import LabelStore
from feedback.rows import sha256
from tests.feedback.labelling import label, prompts

ANNOTATORS = ("ann", "bob", "cy")
STEPS = 120

Said = tuple[LabelVerdict, int | None]


@dataclass
class Model:
    """What the store should say, from everything that was done."""

    wanted: int
    kept: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    said: dict[str, dict[str, Said]] = field(default_factory=dict)
    order: dict[str, list[str]] = field(default_factory=dict)
    settled: dict[str, int | None] = field(default_factory=dict)
    rows: int = 0

    def label(self, prompt: str, annotator: str, said: Said) -> None:
        self.rows += 1
        self.said.setdefault(prompt, {})[annotator] = said
        mine = self.order.setdefault(annotator, [])
        if prompt in mine:
            mine.remove(prompt)
        mine.append(prompt)

    def undo(self, annotator: str) -> str | None:
        mine = self.order.get(annotator, [])
        if not mine:
            return None
        self.rows += 1
        prompt = mine.pop()
        del self.said[prompt][annotator]
        return prompt

    def given(self, prompt: str) -> int:
        return sum(verdict != "skip" for verdict, _ in self.said.get(prompt, {}).values())

    def open(self, prompt: str) -> bool:
        unfit = any(verdict == "discard" for verdict, _ in self.said.get(prompt, {}).values())
        return prompt in self.kept and prompt not in self.settled and not unfit and self.given(prompt) < self.wanted

    def tier(self, prompt: str) -> int | None:
        if prompt in self.settled:
            return self.settled[prompt]
        tiers = [tier for verdict, tier in self.said.get(prompt, {}).values() if verdict in {"route", "discard"}]
        if not tiers or None in tiers:
            return None
        (most, votes), *others = Counter(tiers).most_common(2)
        return most if not others or others[0][1] < votes else None

    def differs(self, prompt: str) -> bool:
        tiers = {tier for verdict, tier in self.said.get(prompt, {}).values() if verdict in {"route", "discard"}}
        return len(tiers) > 1 and prompt not in self.settled


def step(store: LabelStore, model: Model, texts: list[str], draw: random.Random) -> None:
    annotator, prompt = draw.choice(ANNOTATORS), draw.choice(texts)
    action = draw.choices(["next", "any", "undo", "settle", "delete", "add", "overlap"], [40, 15, 12, 4, 4, 8, 2])[0]
    if action == "next":
        item = store.next_item(annotator)
        free = [text for text in model.known if model.open(text) and annotator not in model.said.get(text, {})]
        # Nobody else holds one for long: whoever gets one labels it at once.
        assert (item is None) == (not free)
        if item is not None:
            assert item.prompt in free
            say(store, model, item.prompt, annotator, draw)
    elif action == "any" and prompt in model.known:
        say(store, model, prompt, annotator, draw)
    elif action == "undo":
        undone, expected = store.undo(annotator), model.undo(annotator)
        assert (None if undone is None else undone.label.prompt_sha256) == (expected and sha256(expected))
        store.release(annotator)
    elif action == "settle" and prompt in model.known:
        tier = draw.choice([1, 2, 3, None])
        assert store.adjudicate(sha256(prompt), "judge", tier)
        model.settled[prompt] = tier
        model.rows += 1
    elif action == "delete":
        assert store.delete_texts("importer", [sha256(prompt)]) == (prompt in model.kept)
        model.kept.discard(prompt)
    elif action == "add":
        assert store.add_items([prompt], "importer", overlap=model.wanted).new == (prompt not in model.known)
        model.kept.add(prompt)
        model.known.add(prompt)
    elif action == "overlap":
        model.wanted = draw.choice([1, 2, 3])
        store.set_overlap(model.wanted)


def say(store: LabelStore, model: Model, prompt: str, annotator: str, draw: random.Random) -> None:
    verdicts: list[LabelVerdict] = ["route", "unsure", "skip", "discard"]
    verdict = draw.choices(verdicts, [10, 1, 1, 1])[0]
    tier = draw.choice([1, 2, 3]) if verdict == "route" else None
    assert store.save_label(label(prompt, annotator, tier, verdict=verdict))
    model.label(prompt, annotator, (verdict, tier))


def compare(store: LabelStore, model: Model) -> None:
    items = {item.prompt_sha256: item for item in store.items()}
    assert set(items) == {sha256(prompt) for prompt in model.known}
    for prompt in model.known:
        item = items[sha256(prompt)]
        assert (item.given, item.open, item.wanted) == (model.given(prompt), model.open(prompt), model.wanted)
        assert item.prompt == (prompt if prompt in model.kept else None)
    for annotator in ANNOTATORS:
        progress = store.progress(annotator)
        mine = [said[annotator] for said in model.said.values() if annotator in said]
        assert progress.mine == sum(verdict != "skip" for verdict, _ in mine)
        assert progress.total == len(model.known)
        assert progress.done == sum(not model.open(prompt) for prompt in model.known)
    resolved = {label.prompt: label.tier for label in store.resolved(sources=["people", "adjudicated"])}
    assert resolved == {prompt: tier for prompt in model.kept if (tier := model.tier(prompt)) is not None}
    conflicts = {conflict.prompt_sha256 for conflict in store.conflicts(limit=1_000)}
    assert conflicts == {sha256(prompt) for prompt in model.known if model.differs(prompt)}
    assert store.counts().labels == model.rows == len(list(store.labels()))


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_done_the_store_says_what_the_model_says(labels: LabelStore, seed: int) -> None:
    draw, texts = random.Random(seed), prompts(14)
    model = Model(wanted=2, kept=set(texts[:9]), known=set(texts[:9]))
    labels.add_items(texts[:9], "importer", overlap=2)
    for number in range(STEPS):
        step(labels, model, texts, draw)
        if number % 10 == 9:
            compare(labels, model)
