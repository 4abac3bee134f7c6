"""Two ways to run the stage over all pieces: processes on this machine, or Ray Data."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from errors import UnavailableError
from router_models.batch.job import Job
from router_models.batch.pieces import Piece
from router_models.batch.stage import Done, Stage

ROOT = Path(__file__).parent.parent.parent
AHEAD = 2
"""Pieces that wait per worker: nobody waits for the next, and the plan of a huge input never lies in memory."""

_stage: Stage | None = None


def run_local(job: Job, output: str, pieces: Iterator[Piece], workers: int = 0) -> Iterator[Done]:
    """Runs the stage in processes of this machine, each with a router of its own on one thread.

    Args:
        job: What is to be done.
        output: Folder for the shards.
        pieces: What is left to do.
        workers: Processes; 0 is one per core.

    Yields:
        What became of each piece, in the order in which they end.

    Raises:
        UnavailableError: A process was killed, for instance for want of memory.
        PlaygroundError: As of `Stage.run`.
    """
    workers = workers or os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")  # threads of ONNX Runtime do not survive a fork
    with ProcessPoolExecutor(workers, context, _start, (job, output)) as pool:
        running: set[Future[Done]] = set()
        try:
            while True:
                running |= {pool.submit(_run, piece) for piece in islice(pieces, workers * AHEAD - len(running))}
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        except BrokenProcessPool as error:
            raise UnavailableError(
                "A worker was killed, perhaps for want of memory.",
                "Run the same command again: finished shards are kept. Fewer --workers need less memory.",
            ) from error
        finally:
            for future in running:
                future.cancel()


def _start(job: Job, output: str) -> None:
    global _stage
    _stage = Stage(job, output)


def _run(piece: Piece) -> Done:
    assert _stage is not None  # noqa: S101  the pool has started it
    return _stage.run(piece)


class RayStage:
    """The stage as an actor of Ray Data: a batch is the number of one piece.

    Args:
        job: What is to be done.
        output: Folder for the shards.
        pieces: All that is left to do, by number.
    """

    def __init__(self, job: Job, output: str, pieces: Mapping[int, Piece]) -> None:
        self._stage = Stage(job, output)
        self._pieces = pieces

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        """Runs the stage on the pieces of a batch, `number` (n,); gives the fields of `Done`, each (n,)."""
        done = [asdict(self._stage.run(self._pieces[int(number)])) for number in batch["number"]]
        return {name: [entry[name] for entry in done] for name in done[0]}


def run_ray(job: Job, output: str, pieces: Iterator[Piece], workers: int = 0) -> Iterator[Done]:
    """Runs the same stage as `map_batches` of Ray Data, on actors that load the router once.

    The cluster is the one of RAY_ADDRESS; without it, one is started on this machine.

    Args:
        job: What is to be done; its files must be where every node can read them.
        output: Folder for the shards, where every node can write.
        pieces: What is left to do.
        workers: Actors, each on one core; 0 is one per core of the cluster.

    Yields:
        What became of each piece, in the order in which they end.

    Raises:
        UnavailableError: Ray is not installed, or an actor failed for good.
    """
    try:
        import ray
    except ImportError as error:
        raise UnavailableError("Ray is not installed.", "Run: pip install -r requirements-batch.txt") from error
    left = {piece.number: piece for piece in pieces}
    if not left:
        return
    logging.getLogger("ray.data").setLevel(logging.WARNING)
    environment = {"env_vars": {"PYTHONPATH": str(ROOT)}}
    ray.init(runtime_env=environment, ignore_reinit_error=True, logging_level=logging.WARNING, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    actors = min(len(left), workers or int(ray.cluster_resources().get("CPU", 1)))
    numbers = ray.data.from_items([{"number": number} for number in left], override_num_blocks=len(left))
    done = numbers.map_batches(
        RayStage,
        batch_size=1,
        num_cpus=1,
        compute=ray.data.ActorPoolStrategy(size=actors),
        fn_constructor_args=(job, output, left),
    )
    try:
        for row in done.iter_rows():
            yield Done(**row)
    except ray.exceptions.RayError as error:
        raise UnavailableError(
            f"A Ray worker failed: {error}", "Mend the cause and run the same command again: finished shards are kept."
        ) from error
    finally:
        ray.shutdown()
