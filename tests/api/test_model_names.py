"""Model names choose router, operating point, cost weight and pool, or an LLM."""

import pytest

from api.asking import Wish
from api.model_names import read_model_name
from errors import BadInputError, UnknownNameError
from router_models import RouterPanel


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("router", Wish("encoder-3way")),
        ("router@pool=local", Wish("encoder-3way", pool="local")),
        ("router-encoder-quality", Wish("encoder-quality")),
        ("router-encoder-quality-0.62", Wish("encoder-quality", threshold=0.62)),
        ("router-encoder-3way", Wish("encoder-3way")),
        ("router-keras-bilstm2-1", Wish("keras-bilstm2", threshold=1.0)),
        ("router-matrix-factorization@cost=0.3", Wish("matrix-factorization", cost_weight=0.3)),
        ("router-knn-0.5@cost=0.3,pool=measured", Wish("knn", "measured", 0.3, 0.5)),
        ("router-knn@threshold=0.25", Wish("knn", threshold=0.25)),
        ("gpt-4.1-mini", "gpt-4.1-mini"),
        ("smollm2-135m", "smollm2-135m"),
    ],
)
def test_a_name_says_who_shall_answer(panel: RouterPanel, name: str, means: Wish | str) -> None:
    assert read_model_name(name, panel.ids, panel.catalogue) == means


def test_every_router_and_every_llm_has_a_name(panel: RouterPanel) -> None:
    for router in panel.ids:
        assert read_model_name(f"router-{router}", panel.ids, panel.catalogue) == Wish(router)
    for llm in panel.catalogue.ids:
        assert read_model_name(llm, panel.ids, panel.catalogue) == llm


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("gpt-9", UnknownNameError, "no model 'gpt-9'.*encoder-3way.*gpt-4.1-nano"),
        ("", UnknownNameError, "no model ''"),
        ("router-nobody", UnknownNameError, "no router 'nobody'.*encoder-3way"),
        ("router-nobody-0.5", UnknownNameError, "no router 'nobody-0.5'"),
        ("router-", UnknownNameError, "no router ''"),
        ("router-knn-1.5", BadInputError, "threshold.*'1.5'.*0 to 1"),
        ("router-knn-nan", BadInputError, "threshold"),
        ("router-knn@cost=lots", BadInputError, "cost weight"),
        ("router-knn@speed=1", BadInputError, "option 'speed=1'.*measured"),
    ],
)
def test_what_names_nobody_is_told_the_valid_names(
    panel: RouterPanel, name: str, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=f"(?s){said}"):
        read_model_name(name, panel.ids, panel.catalogue)
