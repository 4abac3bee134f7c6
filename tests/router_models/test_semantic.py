import numpy as np
import pytest

from errors import BadInputError, DataError
from router_models import RouterPanel
from router_models.semantic import SemanticRouter, check_descriptions, read_descriptions, route_similarity

ROUTES = ("simple", "general", "reasoning")


@pytest.fixture
def semantic(panel: RouterPanel) -> SemanticRouter:
    router = panel["semantic"]
    assert isinstance(router, SemanticRouter)
    return router


def test_edited_descriptions_move_the_pick_and_say_so(panel: RouterPanel, semantic: SemanticRouter) -> None:
    prompt = "What should I feed my parrot?"
    before = panel.run(prompt, only=["semantic"]).scores[0]
    edited = semantic.with_descriptions({**semantic.descriptions, "reasoning": ("feeding a parrot", "pet birds")})
    after = panel.run(prompt, only=["semantic"], replace={"semantic": edited}).scores[0]
    assert after.distribution["reasoning"] > before.distribution["reasoning"] + 0.1
    assert "feeding a parrot" in after.evidence
    assert any("Descriptions edited" in warning for warning in after.warnings)
    assert panel.run(prompt, only=["semantic"]).scores[0].probabilities == before.probabilities


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"simple": ()}, "no description"),
        ({"simple": ("  ", "")}, "no description"),
        ({"simple": ("same",), "general": ("Same",)}, "describes both"),
        ({"simple": ("x" * 401,)}, "401 characters"),
        ({"simple": tuple(f"description {i}" for i in range(41))}, "41 descriptions"),
    ],
)
def test_unusable_descriptions_are_refused_with_a_mend(
    semantic: SemanticRouter, changed: dict[str, tuple[str, ...]], said: str
) -> None:
    with pytest.raises(BadInputError, match=said) as caught:
        semantic.with_descriptions({**semantic.descriptions, **changed})
    assert caught.value.mend


def test_route_similarity_is_the_mean_of_the_nearest() -> None:
    cosines = np.array([[0.1, 0.5, 0.3, 0.9, 0.2]], dtype=np.float32)
    owners = ["simple", "simple", "simple", "general", "reasoning"]
    assert route_similarity(cosines, owners, ROUTES, 2)[0] == pytest.approx([0.4, 0.9, 0.2])


def test_the_embedded_descriptions_are_usable(semantic: SemanticRouter) -> None:
    assert check_descriptions(semantic.descriptions, ROUTES) == semantic.descriptions


def test_a_missing_file_is_named(tmp_path) -> None:  # noqa: ANN001
    with pytest.raises(DataError, match=r"descriptions\.json"):
        read_descriptions(tmp_path / "descriptions.json", ROUTES)
