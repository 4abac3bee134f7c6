"""First come, first served, and no session takes all places."""

from hypothesis import given
from hypothesis import strategies as st

from llms.turns import Ticket, Turns


def places(tickets: list[Ticket]) -> list[int | None]:
    return [ticket.place for ticket in tickets]


def test_those_behind_are_told_how_many_are_ahead() -> None:
    turns = Turns(2, 2)
    a, b, c, d = (turns.join(name) for name in "abcd")
    assert places([a, b, c, d]) == [0, 1, None, None]
    assert (c.ahead, d.ahead) == (2, 3)
    d.moved.clear()
    turns.leave(a)
    assert places([b, c]) == [1, 0]
    assert d.ahead == 2
    assert d.moved.is_set()
    turns.leave(d)
    turns.leave(d)
    turns.leave(b)
    assert turns.join("e").place == 1


def test_one_session_leaves_room_for_another() -> None:
    turns = Turns(4, 2)
    mine = [turns.join("me") for _ in range(4)]
    assert places(mine) == [0, 1, None, None]
    assert turns.join("you").place == 2
    turns.leave(mine[0])
    assert mine[2].place is not None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=40))
def test_whatever_happens_places_are_used_and_never_shared(steps: list[tuple[str, bool]]) -> None:
    turns, tickets = Turns(3, 2), []
    for session, leaves in steps:
        if leaves and tickets:
            turns.leave(tickets.pop(0))
        else:
            tickets.append(turns.join(session))
        taken = [ticket.place for ticket in tickets if ticket.place is not None]
        assert len(taken) == len(set(taken)) <= 3
        for name in "abc":
            running = sum(ticket.place is not None for ticket in tickets if ticket.session == name)
            waiting = any(ticket.place is None for ticket in tickets if ticket.session == name)
            assert running <= 2
            assert not (waiting and running < 2 and len(taken) < 3), "nobody waits for a place that is free"
