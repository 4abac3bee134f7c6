"""The shipped catalogue holds together; a broken one is refused by a message that names file and field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from genai_prices.data_snapshot import get_snapshot
from pydantic import ValidationError

from errors import DataError, UnknownNameError
from llms.catalogue import Catalogue, load_catalogue
from llms.pool import Pool


def test_entries_are_found_by_id(catalogue: Catalogue) -> None:
    assert len(catalogue.ids) >= 20
    assert [catalogue[llm_id].id for llm_id in catalogue.ids] == list(catalogue.ids)
    assert "o4-mini" in catalogue
    assert "o5-mini" not in catalogue


def test_entries_cannot_be_changed(catalogue: Catalogue) -> None:
    with pytest.raises(ValidationError):
        catalogue["o4-mini"].title = "another"  # type: ignore[misc]


def test_exactly_the_local_llm_runs_here(catalogue: Catalogue) -> None:
    assert [llm.provider for llm in catalogue.llms if llm.local] == ["local"]


def test_context_lengths_said_to_be_from_genai_prices_are(catalogue: Catalogue) -> None:
    cited = [llm for llm in catalogue.llms if llm.context_source == "genai-prices"]
    assert cited
    for llm in cited:
        _, model = get_snapshot().find_provider_model(llm.model, None, llm.provider, None)
        assert model.context_window == llm.context_tokens, llm.id


def test_other_figures_name_an_address(catalogue: Catalogue) -> None:
    for llm in catalogue.llms:
        assert llm.context_source == "genai-prices" or llm.context_source.startswith("https://"), llm.id
        assert llm.modalities_source.startswith("https://"), llm.id


def test_unknown_llm_lists_near_ids(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownNameError) as caught:
        catalogue["gpt-4.1-nan"]
    assert "gpt-4.1-nan”" in caught.value.what
    assert "gpt-4.1-nano" in caught.value.mend


def test_llm_unlike_any_lists_all(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownNameError) as caught:
        catalogue["?" * 10_000]
    assert len(caught.value.what) < 120
    assert all(llm_id in caught.value.mend for llm_id in catalogue.ids)


def test_unknown_pool_lists_near_names(catalogue: Catalogue) -> None:
    assert catalogue.pool("local / remote").serves["weak"] == "smollm2-135m"
    with pytest.raises(UnknownNameError, match="local / remote"):
        catalogue.pool("local/remote")


def test_pool_of_an_unknown_llm_is_refused(catalogue: Catalogue) -> None:
    catalogue.check_pool(catalogue.default_pool)
    with pytest.raises(UnknownNameError, match="called “gpt-41”"):
        catalogue.check_pool(catalogue.default_pool.with_route("weak", "gpt-41"))


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"context_tokens": 0}, "llms[0].context_tokens (tiny)", "greater than 0"),
        ({"context_tokens": None}, "llms[0].context_tokens (tiny)", "required"),
        ({"contxt_tokens": 5}, "llms[0].contxt_tokens (tiny)", "not permitted"),
        ({"modalities": ["smell"]}, "llms[0].modalities[0] (tiny)", "'text'"),
        ({"encoding": "p50k_base"}, "llms[0].encoding (tiny)", "o200k_base"),
        ({"id": "Tiny One"}, "llms[0].id (Tiny One)", "match pattern"),
        ({"price": {"input_usd_per_mtok": "1"}}, "llms[0].price.output_usd_per_mtok (tiny)", "required"),
        (
            {
                "price": {
                    "input_usd_per_mtok": -1,
                    "output_usd_per_mtok": 1,
                    "as_of": "2026-01-01",
                    "source": "x",
                }
            },
            "llms[0].price.input_usd_per_mtok (tiny)",
            "greater than or equal to 0",
        ),
    ],
)
def test_broken_entry(write_catalogue: Callable[..., Path], fields: dict[str, Any], field: str, reason: str) -> None:
    path = write_catalogue(**fields)
    with pytest.raises(DataError) as caught:
        load_catalogue(path)
    assert str(path) in caught.value.what
    assert f"{field}: " in caught.value.what
    assert reason in caught.value.what


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        (
            {"pools": [{"name": "p", "serves": {"weak": "tiny"}}]},
            "pools[0].serves.strong (p): Field required",
        ),
        ({"pools": []}, "pools: "),
        ({"llms": "none"}, "llms: "),
        ({"prices": {}}, "prices: "),
        ({"genai_prices": {"version": "1", "released": "soon", "source": "x"}}, "genai_prices.released: "),
    ],
)
def test_broken_section(write_catalogue: Callable[..., Path], sections: dict[str, Any], problem: str) -> None:
    with pytest.raises(DataError) as caught:
        load_catalogue(write_catalogue(sections))
    assert problem in caught.value.what


def test_rules_across_entries(write_catalogue: Callable[..., Path]) -> None:
    path = write_catalogue()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("weak: tiny", "weak: tinny"), encoding="utf-8")
    with pytest.raises(DataError, match=r"pools\[0\]\.serves\.weak: no LLM is called “tinny”"):
        load_catalogue(path)
    start, end = text.index("- context"), text.index("pools:")
    path.write_text(text[:end] + text[start:end] + text[end:], encoding="utf-8")
    with pytest.raises(DataError, match=r"llms\[1\]: “tiny” is there twice"):
        load_catalogue(path)


@pytest.mark.parametrize("content", [b"", b"- 1", b"llms: [", b"\xff\xfe\x00", b"llms: {{}: 1}"])
def test_file_that_is_no_catalogue(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"broken\.yaml"):
        load_catalogue(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.yaml cannot be read: No such file"):
        load_catalogue(tmp_path / "absent.yaml")


def test_the_catalogue_hands_out_pools(write_catalogue: Callable[..., Path]) -> None:
    assert isinstance(load_catalogue(write_catalogue()).default_pool, Pool)
