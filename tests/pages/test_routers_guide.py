"""The guide to a router of one's own: the file that it shows runs as it stands."""

from __future__ import annotations

import re
import runpy
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app import create_app
from pages._routers_guide import OWN_ROUTER, guide_html
from settings import Settings

DOCUMENTATION = Path(__file__).parent.parent.parent / "docs" / "ADDING_A_ROUTER.md"


def documented() -> str:
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL)
    return str(code)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the code of the documentation defines, saved as a file and run."""
    file = tmp_path_factory.mktemp("own") / "my_router.py"
    file.write_text(documented(), encoding="utf-8")
    return runpy.run_path(str(file))


def test_page_and_documentation_show_the_very_file() -> None:
    code = OWN_ROUTER.read_text(encoding="utf-8")
    assert documented() == code
    shown = re.search(r"<code data-code>(.*?)</code>", guide_html(), re.DOTALL)
    assert shown
    assert unescape(shown[1]) == code.strip()


def test_the_router_of_the_documentation_decides_in_the_panel_and_at_the_api(
    made: dict[str, Any], tmp_path: Path
) -> None:
    panel = made["panel_with_it"]()
    assert panel.ids[-1] == "question-marks"
    p = panel["question-marks"].predict_proba(["Hello.", "Why?", "Who? What? When?"])
    assert np.allclose(p[:, 1], [0.0, 0.4, 0.784])
    (decision,) = panel.decisions(panel.run("Who? What? When?", only=["question-marks"]))
    assert decision.route == "strong"
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", database_url=None)
    with TestClient(create_app(panel, settings)) as client:
        answer = client.post("/predict", json={"text": "Who? What? When?", "router": "question-marks"})
        assert answer.status_code == 200, answer.text
        assert "question-marks" in client.get("/routers").text


def test_every_name_that_the_guide_gives_exists() -> None:
    root = DOCUMENTATION.parent.parent
    said = DOCUMENTATION.read_text(encoding="utf-8") + unescape(guide_html())
    for path in set(re.findall(r"`((?:router_models|tests|assets|docs)/[\w/.-]+)`", said)):
        assert (root / path).exists(), path
    base = "".join((root / "router_models" / name).read_text(encoding="utf-8") for name in ("base.py", "in_memory.py"))
    for name in ("_load", "_evidence", "evidence_kind", "beside", "waits", "_predict_proba", "unload"):
        assert re.search(rf"\b{name}\b", said)
        assert re.search(rf"\b{name}\b", base)
