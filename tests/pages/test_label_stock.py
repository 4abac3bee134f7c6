"""The tab that brings prompts in, looks after the queue and deletes: what it does on a real store, and what it says."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errors import BadInputError
from feedback.label_records import Label
from feedback.label_store import LabelStore
from feedback.rows import sha256
from feedback.visitor import Visitor
from pages._label_columns import preview_of
from pages._label_figures import agreement_html
from pages._label_import import ImportPart
from pages._label_out import OutPart
from pages._label_queue import ALL, QueuePart
from pages._visitor import visitor_of
from router_models import RouterPanel
from tests.pages.labelling import ALL_SCORED_S, ASKING, BASHIR, Office


@pytest.fixture
def office(panel: RouterPanel, tmp_path: Path) -> Iterator[Office]:
    office = Office(panel, tmp_path / "data")
    yield office
    office.close()


def bring(office: Office, pasted: str = "", file: Path | None = None, **fields: Any) -> list[Any]:
    part = ImportPart(office.door, office.scoring)
    given = {"column": None, "overlap": 1.0, "people": [], "with_labels": False, **fields}
    return part.imported(str(file) if file else None, pasted, request=ASKING, **given)


def table(tmp_path: Path, name: str) -> Path:
    rows = [{"id": 1, "question": "one", "notes": "n1"}, {"id": 2, "question": "two", "notes": "n2"}]
    path = tmp_path / name
    if path.suffix == ".csv":
        path.write_text("id;question;notes\n1;one;n1\n2;two;n2\n", encoding="utf-8")
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_a_file_is_shown_before_it_goes_in(tmp_path: Path, name: str) -> None:
    path = table(tmp_path, name)
    preview = preview_of(path, None)
    assert preview.columns == ("id", "question", "notes")
    assert (preview.column, preview.prompts) == ("question", ("one", "two"))
    assert preview_of(path, "notes").prompts == ("n1", "n2")


def test_lists_without_columns_have_none_to_choose(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one\ntwo\n", encoding="utf-8")
    assert (preview_of(path, None).columns, preview_of(path, None).prompts) == ((), ("one", "two"))


def test_a_kind_of_file_that_is_not_known_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be imported"):
        preview_of(tmp_path / "a.docx", None)


def test_the_column_is_offered_where_there_are_several(office: Office, tmp_path: Path) -> None:
    part = ImportPart(office.door, office.scoring)
    choice, html, labels = part.picked(str(table(tmp_path, "a.csv")), ASKING)
    assert (choice["visible"], choice["value"], labels["visible"]) == (True, "question", False)
    assert "one" in html
    assert "data-labels-found" not in html
    assert "n1" in part.chosen(str(tmp_path / "a.csv"), "notes", ASKING)[0]
    choice, html, _ = part.picked(str(tmp_path / "gone.csv"), ASKING)
    assert choice["visible"] is False
    assert "is-error" in html


def labelled(tmp_path: Path, name: str = "l.csv") -> Path:
    path = tmp_path / name
    path.write_text("prompt,tier,annotator\none,1,<b>ben</b>\ntwo,hard,cleo\nthree,,cleo\n", encoding="utf-8")
    return path


def test_labels_of_a_file_are_said_and_offered_and_left_out_unless_one_asks(office: Office, tmp_path: Path) -> None:
    part = ImportPart(office.door, office.scoring)
    _, html, labels = part.picked(str(labelled(tmp_path)), ASKING)
    assert (labels["visible"], labels["value"]) == (True, False)
    assert "This file has labels" in html
    assert "1 of 2 cells looked at names a tier" in html
    assert "<b>annotator</b> says whose they are" in html
    said, *rest = bring(office, file=labelled(tmp_path))
    assert len(rest) == 5
    assert "3 prompts joined" in said
    assert list(office.labels.labels()) == []


def test_labels_of_a_file_come_with_it_if_one_asks(office: Office, tmp_path: Path) -> None:
    path = labelled(tmp_path)
    said = bring(office, file=path, with_labels=True)[0]
    assert "1 label by 1 person came with them" in said
    assert "Row 3: “hard” is no tier." in said
    assert not path.exists()
    (kept,) = office.labels.labels()
    assert (kept.prompt, kept.label.tier, kept.label.source) == ("one", 1, "people")
    html = agreement_html(office.labels, BASHIR)
    assert "&lt;b&gt;ben&lt;/b&gt; (imported)" in html


def test_labels_are_brought_by_those_only_who_may_let_routers_learn(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file names its annotators itself, so its labels are not for everybody who may label."""

    def let_in(_: object) -> tuple[Visitor, LabelStore]:
        return dataclasses.replace(BASHIR, name="Bashir"), office.labels

    monkeypatch.setattr(office.door, "let_in", let_in)
    path = labelled(tmp_path)
    part = ImportPart(office.door, office.scoring)
    for html, labels in (part.picked(str(path), ASKING)[1:], part.chosen(str(path), "prompt", ASKING)):
        assert labels["visible"] is False
        assert "only who may let routers learn may import labels" in html
        assert "tick the box" not in html
    said = bring(office, file=path, with_labels=True)[0]
    assert "Only who may let routers learn may import labels." in said
    assert path.exists()
    assert office.labels.origins() == {}, "nothing goes in by halves"
    assert "3 prompts joined" in bring(office, file=path)[0]
    assert list(office.labels.labels()) == []


def test_labels_of_an_export_that_do_not_count_are_said_to_be_passed_over(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("prompt,tier,source\none,1,people\ntwo,2,judge\nthree,3,judge\n", encoding="utf-8")
    said = bring(office, file=path, with_labels=True)[0]
    assert "1 label by 1 person came with them" in said
    assert "2 were passed over: of judges, corrections, or changed later." in said


def test_a_column_that_only_sounds_like_labels_is_not_offered(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("prompt,label\none,positive\ntwo,negative\n", encoding="utf-8")
    _, html, labels = ImportPart(office.door, office.scoring).picked(str(path), ASKING)
    assert labels["visible"] is False
    assert "<b>label</b> is left out: no cell looked at names a tier" in html


def test_an_import_says_what_went_in_and_names_what_did_not(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("prompt\n" + "".join(f"p{n}\n" if n != 7 else '" "\n' for n in range(30)), encoding="utf-8")
    said, *_ = bring(office, file=path)
    assert "29 prompts joined the queue" in said
    assert "Row 9: The prompt is empty." in said
    assert not path.exists(), "the upload goes once it is read"
    assert office.labels.origins() == {"a.csv": 29}


def test_of_many_bad_rows_some_are_named_and_the_rest_counted(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("{broken\n" * 40 + '{"prompt": "fine"}\n', encoding="utf-8")
    said, *_ = bring(office, file=path)
    assert "1 prompt joined" in said
    assert "40 rows could not be used" in said
    assert said.count("<li>") == 10
    assert "and 30 more" in said


def test_pasting_twice_adds_nothing(office: Office) -> None:
    assert "2 prompts joined" in bring(office, "one\ntwo")[0]
    said = bring(office, "one\ntwo\nthree")[0]
    assert "1 prompt joined" in said
    assert "2 were there already" in said


@pytest.mark.parametrize("pasted", ["", "  \n "])
def test_nothing_to_import_is_said_and_what_was_typed_stays(office: Office, pasted: str) -> None:
    said, *rest = bring(office, pasted)
    assert "Nothing was pasted" in said
    assert all(update.get("__type__") == "update" and len(update) == 1 for update in rest), "fields stay as they are"


def test_a_file_and_pasted_prompts_are_not_mixed(office: Office, tmp_path: Path) -> None:
    path = table(tmp_path, "a.csv")
    assert "Import one, then the other" in bring(office, "three", path)[0]
    assert path.exists()
    assert office.labels.origins() == {}


def test_prompts_can_be_for_some_people_only(office: Office) -> None:
    bring(office, "for bashir", people=[BASHIR.author])
    assert office.open(BASHIR)["item"]["prompt"] == "for bashir"
    assert office.open()["item"] is None


def test_new_prompts_are_scored_in_the_background_and_stand_in_order(office: Office) -> None:
    bring(office, "Hello!\nProve the four colour theorem.\nWhat is the capital of France?")
    assert office.scoring.wait(ALL_SCORED_S)
    assert office.labels.counts().unscored == 0
    for item in office.labels.items():
        assert item.uncertainty is not None
        assert item.disagreement is not None
        assert 0 <= item.uncertainty <= 1
        assert 0 <= item.disagreement <= 1


def test_the_queue_says_how_it_stands_and_can_be_changed(office: Office) -> None:
    bring(office, "one\ntwo")
    part = QueuePart(office.door, office.scoring)
    html, origin, people = part.opened(ASKING)
    assert "pasted" in html
    assert visitor_of(ASKING, office.settings).author in html
    assert [value for _, value in origin["choices"]] == [ALL, "pasted"]
    assert [value for _, value in people["choices"]] == [visitor_of(ASKING, office.settings).author]
    assert "2 prompts changed: 3 people each" in part.spread(ALL, 3.0, ASKING)[0]
    assert {item.wanted for item in office.labels.items()} == {3}
    assert "Nobody was chosen" in part.assigned(ALL, [], ASKING)[0]
    assert "2 prompts given to 1 person" in part.assigned("pasted", [BASHIR.author], ASKING)[0]
    assert "0 prompts joined" in part.collected(1.0, ASKING)[0]


def test_ones_own_texts_go_and_nobody_elses(office: Office) -> None:
    bring(office, "mine")
    office.labels.add_items(["theirs"], BASHIR.author)
    author = visitor_of(ASKING, office.settings).author
    office.labels.save_label(Label(prompt_sha256=sha256("mine"), annotator=author, tier=1, comment="my comment"))
    part = OutPart(office.door)
    assert "Tick the box first" in part.deleted(False, ASKING)[0]
    assert "2 texts deleted" in part.deleted(True, ASKING)[0]
    assert {item.prompt for item in office.labels.items()} == {None, "theirs"}
    assert [row.label.tier for row in office.labels.labels()] == [1], "the label stays"
