"""What happens at the desk of an annotator: prompts are handed out, labels are taken and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from errors import BadInputError
from feedback.annotator_names import shown_name
from feedback.label_records import Label, Progress, QueuedItem
from feedback.visitor import Visitor
from pages._compare_voting import OpenStore
from pages._examples import load_examples
from pages._label_panel import opinion_html
from pages._label_scoring import QueueScoring
from pages._label_words import RATINGS, choice_of, read_choice, title_of
from pages._templates import render
from router_models import RouterPanel

if TYPE_CHECKING:
    from feedback.label_store import LabelStore

EXAMPLES = "examples"
"""Origin of the prompts that come with the app."""

EXAMPLES_OVERLAP = 2
"""People per example: agreement shows only where two have labelled the same."""

LONGEST_S = 3600.0
"""Whoever takes longer has done something else meanwhile."""

_RELOAD = "Reload the page and try again."
_ID_CHARACTERS = 64
_MOST_HELD = 4

Sent = Mapping[str, object]
Answer = dict[str, object]


class LabelDesk:
    """Answers the script of the Label tab; every answer is JSON, and HTML in it is escaped.

    Args:
        panel: Whose decisions are shown.
        open_store: Gives the store of feedback.
        scoring: Tells the queue what the panel thinks of new prompts.
    """

    def __init__(self, panel: RouterPanel, open_store: OpenStore, scoring: QueueScoring) -> None:
        self._panel = panel
        self._scoring = scoring
        self._open_store = open_store

    def opened(self, visitor: Visitor, sent: Sent) -> Answer:
        """The prompt to begin with, and the one after it."""
        store = self._store(visitor)
        item = store.next_item(visitor.author)
        after = store.next_item(visitor.author, besides=[item.prompt_sha256]) if item else None
        self._scoring.start()
        name = shown_name(visitor.author)
        answer = {"name": name, "signed_in": "" if visitor.name == name else visitor.name}
        return answer | {"item": _shown(item), "next": _shown(after)} | self._standing(store, visitor, item)

    def given(self, visitor: Visitor, sent: Sent) -> Answer:
        """Keeps a label, and hands out the prompt after those that the page holds."""
        verdict, tier = read_choice(sent.get("choice"))
        label = Label(
            id=_text(sent, "id", _ID_CHARACTERS),
            prompt_sha256=_text(sent, "item", _ID_CHARACTERS),
            annotator=visitor.author,
            verdict=verdict,
            tier=tier,
            comment=_text(sent, "comment"),
            rating=_rating(sent.get("rating")),
            panel_shown=sent.get("seen") is True,
            seconds=_seconds(sent.get("seconds")),
        )
        store = self._store(visitor)
        store.save_label(label)
        item = store.next_item(visitor.author, besides=_held(sent))
        said = render("label_said.html", title=title_of(verdict, tier), number=tier, prompt=_text(sent, "start"))
        return {"next": _shown(item), "said": said} | self._standing(store, visitor, item)

    def undone(self, visitor: Visitor, sent: Sent) -> Answer:
        """Takes the visitor's last label back and hands out its prompt again."""
        store = self._store(visitor)
        undone = store.undo(visitor.author, label_id=_text(sent, "id", _ID_CHARACTERS))
        if undone is None:
            raise BadInputError("There is no label of yours to take back.", "Label a prompt first.")
        if undone.item is None:
            raise BadInputError(
                "Your last label is taken back, but its prompt was deleted meanwhile.", "Go on with the next prompt."
            )
        answer: Answer = {"item": _shown(undone.item), "said": ""}
        answer["choice"] = choice_of(undone.label.verdict, undone.label.tier)
        answer["rating"] = undone.label.rating
        return answer | self._standing(store, visitor, undone.item)

    def panel(self, visitor: Visitor, sent: Sent) -> Answer:
        """What the routers pick for a prompt."""
        visitor.need("label")
        choice = sent.get("choice")
        tier = read_choice(choice)[1] if choice else None
        return {"panel": opinion_html(self._panel, sent.get("prompt"), tier)}

    def examples(self, visitor: Visitor, sent: Sent) -> Answer:
        """Queues the prompts that come with the app."""
        prompts = [example.prompt for example in load_examples()]
        added = self._store(visitor).add_items(prompts, visitor.author, origin=EXAMPLES, overlap=EXAMPLES_OVERLAP)
        self._scoring.start()
        return {"added": added.new}

    def too(self, visitor: Visitor, sent: Sent) -> Answer:
        """Opens prompts that others have labelled to the visitor."""
        return {"opened": self._store(visitor).open_too(visitor.author)}

    def _standing(self, store: LabelStore, visitor: Visitor, item: QueuedItem | None) -> Answer:
        """Progress, and what to say once nothing is in hand any more."""
        progress = store.progress(visitor.author)
        answer: Answer = {"progress": _counts(progress)}
        if item is None:
            offer = EXAMPLES not in store.origins()
            answer["empty"] = _empty(progress, offer_examples=offer, by_others=store.by_others(visitor.author))
        return answer

    def _store(self, visitor: Visitor) -> LabelStore:
        from feedback.label_store import LabelStore  # SQLAlchemy: not while the app starts

        visitor.need("label")
        return LabelStore(self._open_store().access)


def _shown(item: QueuedItem | None) -> Answer | None:
    """A prompt as the page gets it; nothing in it says what the panel thinks."""
    if item is None:
        return None
    characters = len(item.prompt)
    facts = f"{characters:,} character{'' if characters == 1 else 's'}"
    if item.wanted > 1:
        facts += f" · labelled by {item.given} of {item.wanted}"
    return {"id": item.prompt_sha256, "prompt": item.prompt, "facts": facts}


def _counts(progress: Progress) -> Answer:
    return {
        "done": progress.done,
        "total": progress.total,
        "mine": progress.mine,
        "seconds": progress.seconds_per_label,
        "open": progress.open_to_me,
    }


def _empty(progress: Progress, *, offer_examples: bool, by_others: int) -> str:
    from feedback.label_more import MOST  # SQLAlchemy: not while the app starts

    return render(
        "label_empty.html",
        nothing=not progress.total,
        mine=progress.mine,
        left=progress.total - progress.done,
        examples=len(load_examples()),
        offer_examples=offer_examples,
        by_others=by_others,
        most=MOST,
    )


def _text(sent: Sent, name: str, characters: int | None = None) -> str:
    value = sent.get(name, "")
    if not isinstance(value, str) or (characters is not None and not 0 < len(value) <= characters):
        raise BadInputError(f"The page sent no {name} that can be read.", _RELOAD)
    return value


def _rating(value: object) -> int | None:
    rated = isinstance(value, int) and not isinstance(value, bool) and value in RATINGS
    return value if rated else None  # type: ignore[return-value]  # it is an int


def _seconds(value: object) -> float | None:
    return min(float(value), LONGEST_S) if isinstance(value, int | float) and value >= 0 else None


def _held(sent: Sent) -> list[str]:
    held = sent.get("hold")
    return [str(name)[:_ID_CHARACTERS] for name in held[:_MOST_HELD]] if isinstance(held, list) else []
