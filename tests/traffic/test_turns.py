"""Turns are taken in the order in which they are asked for, one at a time, whatever happens in one."""

import threading

import pytest

from traffic.turns import Turns

PATIENCE_S = 30.0


def waits_for(turns: Turns, count: int) -> None:
    """Until so many have asked for a turn."""
    look = threading.Event()
    for _ in range(3000):
        if turns.waiting == count:
            return
        look.wait(0.01)
    raise AssertionError(f"{turns.waiting} are waiting")


def test_who_has_just_had_a_turn_waits_behind_all_who_wait() -> None:
    turns, order = Turns(), list[str]()

    def takes(name: str) -> None:
        with turns.mine():
            order.append(name)

    threads = [threading.Thread(target=takes, args=(name,), daemon=True) for name in ("b", "c", "a again")]
    with turns.mine():
        order.append("a")
        for place, thread in enumerate(threads):
            thread.start()
            waits_for(turns, 2 + place)
        assert order == ["a"]
    for thread in threads:
        thread.join(PATIENCE_S)
    assert order == ["a", "b", "c", "a again"]
    assert turns.waiting == 0


def test_a_failure_gives_its_turn_back() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="broken"), turns.mine():
        raise ValueError("broken")
    with turns.mine():
        assert turns.waiting == 1
