"""Times and sizes of routers, and what the router itself costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.dashboard.latency import (
    LATENCY_FILE,
    measure,
    overhead_usd_per_1000,
    read_latencies,
    weights_mb,
)
from errors import BadInputError, DataError
from router_models import RouterPanel


def test_measuring_covers_the_panel(panel: RouterPanel) -> None:
    found = measure(panel, repeat=1)
    assert set(found.routers) == set(panel.immediate_ids)
    assert found.unavailable == {}
    assert found.routers["encoder-3way"].ms > found.routers["prompt-length"].ms > 0
    assert found.forward_ms > 0


def test_the_committed_times_cover_every_router(panel: RouterPanel) -> None:
    found = read_latencies()
    assert set(panel.immediate_ids) <= set(found.routers), "measure the times again"
    assert found.routers["encoder-quality"].forwards == pytest.approx(0.5, abs=0.2), "it is half an encoder"


def test_sizes_are_those_of_the_files(panel: RouterPanel) -> None:
    weights = panel["keras-cnn"].folder
    own, shared = weights_mb(panel["keras-cnn"])
    served = [path for path in weights.iterdir() if path.name != "card.json" and path.suffix != ".keras"]
    assert own == pytest.approx(sum(path.stat().st_size for path in served) / 1e6, abs=1e-3)
    assert shared == pytest.approx((weights.parent / "encoder" / "tokenizer.json").stat().st_size / 1e6, abs=1e-3)
    assert weights_mb(panel["random"]) == (0.0, 0.0)
    assert weights_mb(panel["ensemble"])[1] > weights_mb(panel["semantic"])[1], "it needs its members' too"


def test_overhead() -> None:
    assert overhead_usd_per_1000(3.6, 1.0) == pytest.approx(0.001)
    assert overhead_usd_per_1000(0.0) == 0.0
    for arguments in ((-1.0, 1.0), (1.0, -1.0), (float("nan"), 1.0)):
        with pytest.raises(BadInputError, match="negative"):
            overhead_usd_per_1000(*arguments)


@pytest.mark.parametrize("content", [None, "", '{"machine": "x"}'])
def test_a_file_that_is_missing_or_old_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / LATENCY_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"latency\.json"):
        read_latencies(tmp_path)
