"""The examples cover the kinds of prompt that the page promises, and a broken file is named."""

from pathlib import Path

import pytest

from errors import DataError
from pages._examples import load_examples
from router_models import RouterPanel
from router_models.prompts import clean_prompt

KINDS = {"maths", "code", "small talk", "law", "creative", "factual", "logic puzzle", "translation", "Ray docs"}
KINDS |= {"long prompt", "non-English", "right-to-left"}


def test_every_promised_kind_is_there() -> None:
    assert {example.kind for example in load_examples()} >= KINDS


def test_every_example_can_be_routed() -> None:
    for example in load_examples():
        assert clean_prompt(example.prompt) == example.prompt


def test_the_long_example_is_longer_than_routers_read(panel: RouterPanel) -> None:
    long = next(example.prompt for example in load_examples() if example.kind == "long prompt")
    warnings = [warning for decision in panel.decide(long) for warning in decision.warnings]
    assert any("did not count" in warning for warning in warnings)


@pytest.mark.parametrize(
    "content", ["- kind: a", "not: a list", "- {kind: a, prompt: x}\n- {kind: a, prompt: y}", "- [", None]
)
def test_a_broken_file_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "examples.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match=r"examples\.yaml"):
        load_examples(path)
