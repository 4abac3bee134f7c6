"""What labels come to: one tier per prompt, conflicts, and what settles them, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.label_store import LabelStore
from feedback.label_verdicts import WEIGHTIEST_FIRST, Lead, resolve
from feedback.records import new_id
from feedback.resolved_label import Source
from feedback.rows import sha256
from tests.feedback.labelling import label, next_prompt, queue

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
LEADS = st.lists(
    st.tuples(st.sampled_from(WEIGHTIEST_FIRST), st.sampled_from([1, 2, 3, None])), min_size=1, max_size=12
)


def settle(labels: LabelStore, *given: tuple[str, int | None, Source]) -> list[tuple[int, int, str]]:
    (prompt,) = queue(labels, 1, overlap=9)
    for annotator, tier, source in given:
        verdict = "discard" if tier is None else "route"
        labels.save_label(label(prompt, annotator, tier, verdict=verdict, source=source))
    return [(found.tier, found.annotators, found.source) for found in labels.resolved()]


@pytest.mark.parametrize(
    ("given", "comes_to"),
    [
        ([("a", 1, "people"), ("b", 1, "people"), ("c", 3, "people")], [(1, 3, "people")]),
        ([("a", 1, "people"), ("b", 3, "people")], []),
        ([("a", 1, "people"), ("b", 3, "people"), ("c", 2, "adjudicated")], [(2, 2, "adjudicated")]),
        ([("c", 2, "adjudicated"), ("d", 3, "adjudicated")], [(3, 1, "adjudicated")]),
        ([("c", 2, "adjudicated"), ("d", None, "adjudicated")], []),
        ([("a", 2, "people"), ("b", None, "people")], []),
        ([("a", 2, "people"), ("b", None, "people"), ("c", 1, "adjudicated")], [(1, 2, "adjudicated")]),
        ([("v", 3, "correction"), ("j", 1, "judge"), ("k", 1, "judge")], [(3, 1, "correction")]),
        ([("j", 1, "judge"), ("k", 2, "judge"), ("l", 2, "judge")], [(2, 3, "judge")]),
    ],
)
def test_what_labels_come_to(
    sqlite_labels: LabelStore, given: list[tuple[str, int | None, Source]], comes_to: list[tuple[int, int, str]]
) -> None:
    assert settle(sqlite_labels, *given) == comes_to


def test_only_the_sources_asked_for_count(labels: LabelStore) -> None:
    settle(labels, ("a", 1, "people"), ("j", 3, "judge"))
    assert [found.tier for found in labels.resolved(sources=["judge"])] == [3]
    assert [found.tier for found in labels.resolved(sources=["people", "judge"])] == [1]
    assert labels.resolved(sources=["correction"]) == []
    assert [kept.label.source for kept in labels.labels(sources=["judge"])] == ["judge"]


def test_resolved_labels_come_newest_first_with_their_texts(labels: LabelStore) -> None:
    texts = queue(labels, 1_100)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in (0, 700, 1_099, 3):
        labels.save_label(label(texts[number], created_at=start + timedelta(days=number)))
    labels.save_label(label(texts[5], verdict="unsure", tier=None))
    found = labels.resolved()
    assert [resolved.prompt for resolved in found] == [texts[number] for number in (1_099, 700, 3, 0)]
    assert [resolved.prompt for resolved in labels.resolved(limit=2)] == [texts[1_099], texts[700]]
    assert {resolved.prompt_sha256: resolved.random for resolved in found}.items() <= {
        item.prompt_sha256: item.random for item in labels.items()
    }.items()


def test_conflicts_are_found_and_settled(labels: LabelStore) -> None:
    same, differ, unfit = queue(labels, 3, overlap=2)
    for annotator, tier in (("ann", 1), ("bob", 3)):
        labels.save_label(label(same, annotator, 2))
        labels.save_label(label(differ, annotator, tier, comment=f"says {annotator}"))
    labels.save_label(label(unfit, "ann", 1))
    labels.save_label(label(unfit, "bob", None, verdict="discard"))
    latest, earlier = labels.conflicts()
    assert (latest.prompt, earlier.prompt) == (unfit, differ)
    assert [(one.annotator, one.tier, one.comment) for one in earlier.labels] == [
        ("ann", 1, "says ann"),
        ("bob", 3, "says bob"),
    ]
    assert earlier.adjudication is None
    click = new_id()
    assert labels.adjudicate(sha256(differ), "cy", 3, comment="needs steps", label_id=click)
    assert not labels.adjudicate(sha256(differ), "cy", 1, label_id=click)
    assert labels.adjudicate(sha256(unfit), "cy", None)
    assert labels.conflicts() == []
    settled = {conflict.prompt: conflict.adjudication for conflict in labels.conflicts(settled=True)}
    assert settled[differ] is not None
    assert (settled[differ].tier, settled[differ].comment) == (3, "needs steps")  # type: ignore[union-attr]
    assert {found.prompt: found.tier for found in labels.resolved()} == {same: 2, differ: 3}
    assert len(labels.conflicts(settled=True, limit=1)) == 1


def test_who_comes_round_ends_a_conflict(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1, overlap=2)
    labels.save_label(label(prompt, "ann", 1))
    labels.save_label(label(prompt, "bob", 2))
    assert len(labels.conflicts()) == 1
    labels.save_label(label(prompt, "bob", 1))
    assert labels.conflicts() == []
    assert labels.matrix() == {sha256(prompt): {"ann": 1, "bob": 1}}


def test_an_adjudicated_prompt_needs_no_more_labels(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1, overlap=5)
    labels.adjudicate(sha256(prompt), "cy", 2)
    assert next_prompt(labels, "ann") is None


def leads(said: list[tuple[Source, int | None]]) -> list[Lead]:
    return [
        Lead("0" * 64, source, tier, MOMENT + timedelta(days=day), random=True)
        for day, (source, tier) in enumerate(said)
    ]


@given(LEADS)
@settings(deadline=None)
def test_the_weightiest_source_alone_decides(said: list[tuple[Source, int | None]]) -> None:
    every = leads(said)
    found = resolve(every)
    source = min((source for source, _ in said), key=WEIGHTIEST_FIRST.index)
    if source != "adjudicated":  # else it is also said how many people were overruled
        assert found == resolve([lead for lead in every if lead.source == source])
    if found is None:
        return
    tiers = [tier for its_source, tier in said if its_source == source]
    assert (found.source, found.random) == (source, source != "correction"), "a correction is no random draw"
    assert found.tier in tiers
    assert found.created_at <= MOMENT + timedelta(days=len(said) - 1)
    if source == "adjudicated":
        assert found.tier == tiers[-1]
    else:
        assert None not in tiers, "what somebody found unfit is left out"
        assert all(tiers.count(found.tier) > tiers.count(other) for other in {*tiers} - {found.tier})
        assert found.annotators == len(tiers)


def test_labels_of_files_count_where_nobody_labelled_here_and_not_beside_them() -> None:
    here, brought = leads([("people", 1)]), [lead._replace(imported=True) for lead in leads([("people", 3)] * 5)]
    alone, beside = resolve(brought), resolve([*brought, *here])
    assert alone is not None
    assert beside is not None
    assert (alone.tier, alone.annotators) == (3, 5)
    assert (beside.tier, beside.annotators) == (1, 1)
    unfit = leads([("people", None)])
    assert resolve([*brought, *unfit]) is None, "what somebody here found unfit is left out"


@given(LEADS)
@settings(deadline=None)
def test_who_was_first_does_not_matter_unless_somebody_settled_it(said: list[tuple[Source, int | None]]) -> None:
    plain = [one for one in said if one[0] != "adjudicated"]
    if not plain:
        return
    first, second = resolve(leads(plain)), resolve(leads(plain[::-1]))
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert (first.tier, first.annotators, first.source) == (second.tier, second.annotators, second.source)
