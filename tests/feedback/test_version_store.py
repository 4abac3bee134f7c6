"""The store of versions, on SQLite and PostgreSQL."""

from __future__ import annotations

import dataclasses
import threading

import pytest
from sqlalchemy import text

from errors import BadInputError, UnknownNameError
from feedback.store import FeedbackStore
from feedback.version_records import BrokenVersionError, Pick, Switch, Version
from feedback.version_store import MAX_ARRAY_BYTES, VersionStore

PICKS = (Pick("a" * 64, "knn", 0.25, True), Pick("b" * 64, "semantic", 0.5, False))


def version(router: str = "semantic", **changes: object) -> Version:
    fields: dict[str, object] = {
        "router": router,
        "kind": "head",
        "base_version": "2-abc",
        "card": '{"größe": "✓"}',
        "report": "{}",
        "labels": 200,
        "labels_sha256": "f" * 64,
        "created_by": "browser:abc",
        "created_by_name": "Ada",
        "parameters": '{"scale":-0.0,"tiny":1e-300}',
        "arrays": bytes(range(256)),
    }
    return Version(**(fields | changes))  # type: ignore[arg-type]


def put(router: str, version_id: str | None, **changes: object) -> Switch:
    return Switch(router=router, version_id=version_id, created_by="browser:abc", **changes)  # type: ignore[arg-type]


@pytest.fixture
def versions(store: FeedbackStore) -> VersionStore:
    return VersionStore(store.access)


def test_a_version_comes_back_exactly(versions: VersionStore) -> None:
    saved = versions.save(version(), PICKS)
    assert saved.number == 1
    assert versions.version(saved.id) == saved
    assert versions.picks(saved.id) == list(PICKS)


def test_numbers_count_by_router(versions: VersionStore) -> None:
    numbers = [versions.save(version(router)).number for router in ("semantic", "knn", "semantic", "semantic", "knn")]
    assert numbers == [1, 1, 2, 3, 2]
    assert [found.number for found in versions.versions("semantic")] == [3, 2, 1]
    assert len(versions.versions()) == 5


def test_saving_twice_is_harmless(versions: VersionStore) -> None:
    one = version()
    first = versions.save(one, PICKS)
    again = versions.save(one, PICKS)
    assert again == first
    assert len(versions.versions()) == 1
    assert len(versions.picks(one.id)) == 2


def test_many_who_save_at_once_get_numbers_of_their_own(versions: VersionStore) -> None:
    saved: list[int] = []
    threads = [threading.Thread(target=lambda: saved.append(versions.save(version()).number)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(saved) == [1, 2, 3, 4, 5, 6]


def test_a_changed_version_is_refused(versions: VersionStore, store: FeedbackStore) -> None:
    kept = {name: versions.save(version()).id for name in ("parameters", "card", "base_version", "kind", "arrays")}
    others = {"arrays": b"other", "kind": "threshold"}
    for column, version_id in kept.items():
        with store.access.writing("The test could not write") as connection:
            connection.execute(
                text(f"UPDATE versions SET {column} = :value WHERE id = :id"),  # noqa: S608  our own names
                {"value": others.get(column, "other"), "id": version_id},
            )
        with pytest.raises(BrokenVersionError, match="is not what was saved"):
            versions.version(version_id)


def test_weights_that_are_too_large_are_refused(versions: VersionStore) -> None:
    with pytest.raises(BadInputError, match="larger than 25 MB"):
        versions.save(version(arrays=bytes(MAX_ARRAY_BYTES + 1)))


def test_versions_that_do_not_exist(versions: VersionStore) -> None:
    mine = versions.save(version("knn"))
    with pytest.raises(UnknownNameError):
        versions.version("none")
    for router, version_id in (("knn", "none"), ("semantic", mine.id)):
        with pytest.raises(UnknownNameError, match="no such version"):
            versions.switch(put(router, version_id))
    assert versions.standing().active == {}


def test_the_last_switch_decides_and_every_roll_back_takes_one_step(versions: VersionStore) -> None:
    one, two, three = (versions.save(version()).id for _ in range(3))
    for version_id in (one, two, three):
        versions.switch(put("semantic", version_id))
    standing = []
    for _ in range(3):
        versions.switch(put("semantic", None, action="back"))
        standing.append(versions.standing().active.get("semantic"))
    assert standing == [two, one, None]
    with pytest.raises(BadInputError, match="nothing to go back to"):
        versions.switch(put("semantic", None, action="back"))
    versions.switch(put("semantic", three))
    versions.switch(put("semantic", None, action="back"))
    assert versions.standing().active == {}


def test_history_is_only_added_to(versions: VersionStore) -> None:
    one = versions.save(version()).id
    versions.switch(put("semantic", one, created_by_name="Ada"))
    versions.switch(put("semantic", one, slot="beside"))
    versions.switch(put("semantic", None, action="back"))
    happened = [(switch.slot, switch.action, switch.version_id) for switch in versions.switches()]
    assert happened == [("active", "back", None), ("beside", "put", one), ("active", "put", one)]
    assert versions.switches()[-1].created_by_name == "Ada"


def test_slots_and_routers_are_switched_apart(versions: VersionStore) -> None:
    one, other = versions.save(version()).id, versions.save(version("knn")).id
    versions.switch(put("semantic", one, slot="beside"))
    versions.switch(put("knn", other))
    standing = versions.standing()
    assert (standing.active, standing.beside) == ({"knn": other}, {"semantic": one})
    versions.switch(put("semantic", None, slot="beside"))
    assert versions.standing().beside == {}


def test_the_token_changes_with_every_switch_and_with_nothing_else(versions: VersionStore) -> None:
    tokens = [versions.token()]
    one = versions.save(version()).id
    assert versions.token() == tokens[0] == ""
    for action in (put("semantic", one), put("semantic", None, action="back"), put("semantic", one)):
        versions.switch(action)
        tokens.append(versions.token())
    assert len(set(tokens)) == 4
    assert versions.standing().token == tokens[-1]


def test_a_switch_sent_twice_is_done_once(versions: VersionStore) -> None:
    one, two = (versions.save(version()).id for _ in range(2))
    versions.switch(put("semantic", one))
    versions.switch(put("semantic", two))
    back = put("semantic", None, action="back")
    assert versions.switch(back).version_id == one
    assert versions.switch(back).version_id == one
    assert versions.standing().active == {"semantic": one}
    versions.switch(put("semantic", one))  # a click on what stands there already adds no step to go back
    assert len(versions.switches()) == 3


def test_reading_a_list_reads_no_weights(versions: VersionStore) -> None:
    versions.save(version())
    assert not {"arrays", "parameters"} & {field.name for field in dataclasses.fields(versions.versions()[0])}
