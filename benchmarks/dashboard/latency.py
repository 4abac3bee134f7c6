"""How long each router takes and how large its weights are: `python -m benchmarks.dashboard.latency` measures it.

`assets/benchmarks/latency.json` holds milliseconds of one machine and, since those of another differ, the same in units
of one forward of the frozen sentence encoder on the same prompts in the same run.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.kept import Kept, keep, read_kept
from errors import BadInputError, PlaygroundError
from router_models.card import CARD_FILE
from settings import Settings

if TYPE_CHECKING:
    from router_models import RouterPanel
    from router_models.base import Router

LATENCY_FILE = "latency.json"
MEND = "Measure again: `python -m benchmarks.dashboard.latency`."
REPEAT = 40
LLM_REPEAT = 3

DEFAULT_USD_PER_HOUR = float(Settings.model_fields["machine_usd_per_hour"].default)
"""The price of a machine, in USD, where nobody has set one: the same as in the bill of the Compare page."""

MS_PER_HOUR = 3_600_000


class RouterLatency(Kept):
    """One router.

    Attributes:
        ms: Median over the prompts of the median time alone, shared features counted in full.
        forwards: The same in forwards of the frozen encoder.
        own_mb: Its own weights, in 10⁶ bytes.
        shared_mb: Weights that it shares with others: encoders and training references; 0 if it uses none.
        waits: Whether it waits for an LLM.
    """

    ms: float
    forwards: float
    own_mb: float
    shared_mb: float
    waits: bool = False


class Latencies(Kept):
    """The file.

    Attributes:
        machine: Processor, cores and Python of the run.
        date: Day of the run.
        prompts: Characters of the prompts that were timed.
        forward_ms: One forward of the frozen encoder, the median over the prompts.
        routers: Router → figures.
        unavailable: Router → why it could not be timed.
    """

    machine: str
    date: str
    prompts: tuple[int, ...]
    forward_ms: float
    routers: dict[str, RouterLatency]
    unavailable: dict[str, str] = Field(default_factory=dict)


def read_latencies(folder: Path = FOLDER) -> Latencies:
    """Reads the file.

    Raises:
        DataError: It is missing or not in its format.
    """
    return read_kept(Latencies, folder / LATENCY_FILE, "the routers' times are not known", MEND)


def overhead_usd_per_1000(ms: float, usd_per_hour: float = DEFAULT_USD_PER_HOUR) -> float:
    """What a router itself costs for 1,000 prompts, on a machine that does nothing else.

    Args:
        ms: Time per prompt in ms.
        usd_per_hour: Price of the machine for an hour.

    Raises:
        BadInputError: A value is negative.
    """
    if not (ms >= 0 and usd_per_hour >= 0):
        raise BadInputError("A time or price is negative.", "Give numbers from 0.")
    return 1000.0 * ms * usd_per_hour / MS_PER_HOUR


def measure(panel: RouterPanel, repeat: int = REPEAT, *, llm_routers: bool = False) -> Latencies:
    """Times every router on short, medium and long prompts of the project's own.

    Args:
        panel: The routers.
        repeat: Timed runs per router and prompt; those that wait for an LLM get three.
        llm_routers: Whether to time those too.
    """
    from benchmarks.speed import PROMPTS, median_ms

    texts = list(PROMPTS.values())
    panel.warm_up()
    forwards = {text: median_ms(partial(_forward, panel, text), repeat) for text in texts}
    forward_ms = statistics.median(forwards.values())
    routers: dict[str, RouterLatency] = {}
    unavailable: dict[str, str] = {}
    for name in panel.ids if llm_routers else panel.immediate_ids:
        router = panel[name]
        try:
            times = [_alone_ms(router, text, LLM_REPEAT if router.waits else repeat) for text in texts]
        except PlaygroundError as error:
            unavailable[name] = error.what
            continue
        ratios = [ms / forwards[text] for ms, text in zip(times, texts, strict=True)]
        own_mb, shared_mb = weights_mb(router)
        routers[name] = RouterLatency(
            ms=round(statistics.median(times), 4),
            forwards=round(statistics.median(ratios), 4),
            own_mb=own_mb,
            shared_mb=shared_mb,
            waits=router.waits,
        )
    return Latencies(
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        date=time.strftime("%Y-%m-%d", time.gmtime()),
        prompts=tuple(len(text) for text in texts),
        forward_ms=round(forward_ms, 4),
        routers=routers,
        unavailable=unavailable,
    )


SHARED_FILES = {
    "tokens of encoder": "encoder/tokenizer.json",
    "lower layers of encoder": "encoder/lower.onnx",
    "sentence encoder": "encoder/upper.onnx",
    "chat encoder": "tuned-encoder/upper.onnx",
    "outcome references": "outcomes/references.npz",
}
"""Feature that a router may ask for → the file that it is computed with."""

NOT_SERVED = (".keras", ".safetensors")
"""Native weights that training keeps beside those that are served."""


def weights_mb(router: Router) -> tuple[float, float]:
    """A router's own weights and those that it shares with others, each in MB (10⁶ bytes).

    Weights of an LLM that it asks are not among them. A router made of others counts theirs as shared.
    """
    own, shared = _files(router)
    return _megabytes(own), _megabytes(shared - own)


def _files(router: Router) -> tuple[set[Path], set[Path]]:
    from router_models.composite import CompositeRouter
    from router_models.prompt_batch import PromptBatch

    parent = router.folder.parent
    own = {path for path in router.folder.glob("*") if path.name != CARD_FILE and path.suffix not in NOT_SERVED}
    batch = PromptBatch(["Which files does this take?"])
    with batch.metered() as meter:
        router.score(batch)
    names = {SHARED_FILES[feature] for feature in meter.used if feature in SHARED_FILES} | set(router.card.files)
    shared = {parent / name for name in names if (parent / name).is_file()} - own
    if isinstance(router, CompositeRouter):
        shared |= {path for member in router.members for files in _files(member) for path in files}
    return own, shared


def _megabytes(paths: set[Path]) -> float:
    return round(sum(path.stat().st_size for path in paths) / 1e6, 3)


def _alone_ms(router: Router, text: str, repeat: int) -> float:
    """Median time of one router on one prompt that nobody has looked at before."""
    from router_models.prompt_batch import PromptBatch

    return statistics.median(router.score(PromptBatch([text]))[0].latency_ms for _ in range(repeat + 1))


def _forward(panel: RouterPanel, text: str) -> None:
    from router_models.prompt_batch import PromptBatch

    panel.encoders.embeddings(PromptBatch([text]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard.latency", description=__doc__)
    parser.add_argument("--repeat", type=int, default=REPEAT, help="timed runs per router and prompt")
    parser.add_argument("--llm-routers", action="store_true", help="also routers that wait for an LLM, which are slow")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the numbers are kept")
    options = parser.parse_args(arguments)
    path = options.folder / LATENCY_FILE
    return keep(partial(_measured, options.repeat, options.llm_routers), path)


def _measured(repeat: int, llm_routers: bool) -> Latencies:
    from router_models import load_panel

    return measure(load_panel(), repeat, llm_routers=llm_routers)


if __name__ == "__main__":
    sys.exit(main())
