"""Compares recipes of encoder-3way by cross-validation: `python -m router_models.training.encoder_search --data DIR`.

Each recipe is the shipped one, as a single run, with one change. Folds are by question hash, as everywhere; the test
part is not read. What is done is kept in `--artifacts`, so that a search that was cut off goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from scipy.special import log_softmax
from tokenizers import Tokenizer

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.bootstrap import paired_difference
from benchmarks.metrics import accuracy, macro_f1
from router_models.training.calibration import fit_calibration
from router_models.training.distilbert import MINILM, find_base
from router_models.training.encoder_base import base_tokenizer, new_network
from router_models.training.encoder_cross_validation import chat_out_of_fold
from router_models.training.encoder_data import Examples, chat_examples, outcome_examples
from router_models.training.encoder_fit import Cached, Recipe, fit, for_width
from router_models.training.encoder_loss import Loss
from router_models.training.encoder_network import ChatHead, RoutingEncoder

COMMAND = "python -m router_models.training.encoder_search"
ARTIFACTS = Path("artifacts/encoder-search")
N_FOLDS = 3
SHIPPED = "shipped"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trial:
    """One recipe to compare.

    Attributes:
        recipe: Hyper-parameters.
        outcomes_first: Tune the upper layers on measured outcomes first: one pass over MMLU's and GSM8K's questions.

    Source:
        `outcomes_first`: Phang et al., Sentence Encoders on STILTs, arXiv 1811.01088, section 3.
    """

    recipe: Recipe = field(default_factory=partial(Recipe, soup=1))
    outcomes_first: bool = False


TRIALS: Mapping[str, Trial] = {
    SHIPPED: Trial(),
    "5 epochs": Trial(Recipe(soup=1, epochs=5)),
    "focal 1": Trial(Recipe(soup=1, loss=Loss(focal=1))),
    "focal 2": Trial(Recipe(soup=1, loss=Loss(focal=2))),
    "earth mover 1": Trial(Recipe(soup=1, loss=Loss(earth_mover=1))),
    "R-Drop 1": Trial(Recipe(soup=1, loss=Loss(agreement=1))),
    "R-Drop 4": Trial(Recipe(soup=1, loss=Loss(agreement=4))),
    "256 tokens": Trial(Recipe(soup=1, max_tokens=256)),
    "512 tokens": Trial(Recipe(soup=1, max_tokens=512)),
    "outcomes first": Trial(outcomes_first=True),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the trials that are not done yet and prints all of them beside the shipped recipe."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument("--base", default=MINILM, help="encoder to start from: folder or Hub id")
    parser.add_argument("--artifacts", type=Path, default=ARTIFACTS, help="folder of what is done")
    parser.add_argument("--trials", nargs="+", choices=list(TRIALS), default=list(TRIALS), help="recipes to compare")
    parser.add_argument("--folds", type=int, default=N_FOLDS, help="folds of the cross-validation")
    parser.add_argument("--seed", type=int, default=0, help="of weights, order and dropout")
    parser.add_argument("--threads", type=int, default=2, help="threads for torch")
    parser.add_argument("--sample", type=int, help="only so many rows: a quick trial, not a result")
    parser.add_argument("--bfloat16", action="store_true", help="train in bfloat16, where the processor has it")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    base = find_base(options.base)
    chat, outcomes = chat_examples(options.data), outcome_examples(options.data)
    if options.sample:
        chat, outcomes = chat.take(np.arange(options.sample)), outcomes.take(np.arange(options.sample))
    of_this_run = (str(base), options.folds, options.seed, options.sample, options.bfloat16, len(chat.prompts))
    done = options.artifacts / hashlib.sha256(repr(of_this_run).encode()).hexdigest()[:12]
    done.mkdir(parents=True, exist_ok=True)
    search = Search(base, base_tokenizer(base), chat, outcomes, options.folds, options.seed)
    logits: dict[str, FloatArray] = {}
    for name in dict.fromkeys([SHIPPED, *options.trials]):
        trial = replace(TRIALS[name], recipe=replace(TRIALS[name].recipe, bfloat16=options.bfloat16))
        path = done / f"{name.replace(' ', '-')}.npy"
        if not path.is_file():
            whole = path.with_suffix(".part.npy")
            np.save(whole, search.out_of_fold(trial))
            whole.replace(path)
        logits[name] = np.load(path, allow_pickle=False)
        logger.info("%s: %s", name, row(chat, logits[name], logits[SHIPPED]))


@dataclass(frozen=True, eq=False)
class Search:
    """What all trials share.

    Attributes:
        base: Folder of the base encoder.
        tokenizer: Without truncation and padding.
        chat: What the trials are compared on.
        outcomes: For trials that learn from them first.
        n_folds: Folds of the cross-validation.
        seed: Of weights, order and dropout.
    """

    base: Path
    tokenizer: Tokenizer
    chat: Examples
    outcomes: Examples
    n_folds: int
    seed: int

    def out_of_fold(self, trial: Trial) -> FloatArray:
        """Chat logits of every example, (n, 3), from a network that was not trained on its question."""
        make_network: Callable[[], RoutingEncoder] = partial(self._network, trial.recipe)
        recipe = for_width(trial.recipe, make_network().trunk.config.hidden_size)
        if trial.outcomes_first:
            make_network = partial(self._warm_network, recipe, self._tuned_on_outcomes(recipe))
        cached = Cached(make_network(), self.tokenizer, self.chat, recipe)
        return chat_out_of_fold(make_network, self.chat, cached, recipe, self.n_folds, self.seed)

    def _network(self, recipe: Recipe) -> RoutingEncoder:
        torch.manual_seed(self.seed)
        return new_network(self.base, recipe.frozen_layers)

    def _warm_network(self, recipe: Recipe, state: Mapping[str, torch.Tensor]) -> RoutingEncoder:
        """A network with tuned upper layers and a new chat head."""
        network = self._network(recipe)
        head = network.chat_head
        network.load_state_dict(dict(state))
        network.chat_head = ChatHead(head.inner.in_features, head.outer.out_features)
        return network

    def _tuned_on_outcomes(self, recipe: Recipe) -> Mapping[str, torch.Tensor]:
        """The state after learning which LLM is better: route 0 the weak one, 1 the strong one, 2 never."""
        recipe = replace(recipe, epochs=1, loss=Loss(class_power=0, label_smoothing=0))
        targets = np.pad(self.outcomes.targets, ((0, 0), (0, self.chat.targets.shape[1] - 2)))
        network = self._network(recipe)
        cached = Cached(network, self.tokenizer, replace(self.outcomes, targets=targets), recipe)
        fit(network, cached, recipe, self.seed)
        return network.state_dict()


def row(chat: Examples, logits: FloatArray, shipped: FloatArray) -> str:
    """Figures of one trial, with paired 95 % intervals of what it gains over the shipped recipe."""
    labels = chat.targets.argmax(axis=1)
    picks, others = logits.argmax(axis=1), shipped.argmax(axis=1)
    said = [f"NLL {likelihood(chat, logits):.3f}"]
    for name, metric in (("accuracy", accuracy), ("macro F1", macro_f1)):
        ours, theirs = partial(_of_rows, metric, labels, picks), partial(_of_rows, metric, labels, others)
        gain = paired_difference(ours, theirs, len(chat))
        said.append(f"{name} {metric(labels, picks):.3f}, gain {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]")
    return "; ".join(said)


def likelihood(chat: Examples, logits: FloatArray) -> float:
    """Mean negative log-likelihood in nats after calibration on the same rows."""
    calibration = fit_calibration(logits, chat.targets)
    logs = log_softmax((logits + calibration.shift) / calibration.temperature, axis=1)
    return float(-(chat.targets * logs).sum(axis=1).mean())


def _of_rows(metric: Callable[[IntArray, IntArray], float], labels: IntArray, picks: IntArray, rows: IntArray) -> float:
    return metric(labels[rows], picks[rows])


if __name__ == "__main__":
    main()
