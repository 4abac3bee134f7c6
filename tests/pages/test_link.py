"""A link carries a prompt only if it is shared and fits, and a link of nonsense is harmless."""

import dataclasses

import pytest

from pages._link import MAX_FIELDS, MAX_LINK_PROMPT_BYTES, link_problems, parse_query, write_query
from pages._view import default_view
from router_models import RouterPanel


def test_the_prompt_is_in_the_address_only_if_shared(panel: RouterPanel) -> None:
    view = default_view(panel)
    assert "secret" not in write_query(view, panel, "my secret")
    shared = dataclasses.replace(view, share_prompt=True)
    assert parse_query(write_query(shared, panel, "my secret"))[0]["prompt"] == "my secret"


@pytest.mark.parametrize(
    ("prompt", "fits"),
    [
        ("x" * MAX_LINK_PROMPT_BYTES, True),
        ("x" * (MAX_LINK_PROMPT_BYTES + 1), False),
        ("水" * (MAX_LINK_PROMPT_BYTES // 9), True),
        ("水" * (MAX_LINK_PROMPT_BYTES // 9 + 1), False),
    ],
)
def test_the_limit_is_the_length_in_the_address(panel: RouterPanel, prompt: str, fits: bool) -> None:
    shared = dataclasses.replace(default_view(panel), share_prompt=True)
    assert len(write_query(shared, panel, prompt)) <= len("prompt=") + MAX_LINK_PROMPT_BYTES
    assert (write_query(shared, panel, prompt) == "share=1") is not fits
    assert (link_problems(shared, prompt) == ()) is fits
    assert link_problems(default_view(panel), prompt) == ()


def test_too_many_fields_are_a_notice() -> None:
    fields, problems = parse_query("&".join(f"t.{i}=0.5" for i in range(MAX_FIELDS + 1)))
    assert fields == {}
    assert f"more than {MAX_FIELDS} fields" in problems[0]
    assert parse_query("&".join(f"t.{i}=0.5" for i in range(MAX_FIELDS)))[1] == ()
