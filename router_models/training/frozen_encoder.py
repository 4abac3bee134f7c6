"""Exports the frozen sentence encoder: `python -m router_models.training.frozen_encoder`.

All similarity routers, and the hint that a prompt is unlike a router's training data, read its embeddings.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from router_models.encoder import LOWER_FILE, UPPER_FILE
from router_models.training.distilbert import MINILM, find_base, load_trunk
from router_models.training.encoder_base import TOKENIZER_FILE, base_tokenizer
from router_models.training.encoder_network import FROZEN_LAYERS
from router_models.training.encoder_weights import Int8Weights
from router_models.training.export_onnx import export_lower, export_sentence_encoder
from router_models.training.file_hash import sha256_of

WEIGHTS = Path(__file__).parents[1] / "weights"
FOLDER = "encoder"

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes `lower.onnx` and `upper.onnx` (8 bits) and `tokenizer.json` (no truncation, no padding) to `encoder/`."""
    parser = argparse.ArgumentParser(prog="python -m router_models.training.frozen_encoder", description=__doc__)
    parser.add_argument("--base", default=MINILM, help="BERT or DistilBERT: a folder or a Hub id")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder of the routers' weights")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    base = find_base(options.base)
    folder = options.out / FOLDER
    trunk = load_trunk(base)
    export_lower(trunk, FROZEN_LAYERS, folder / LOWER_FILE, Int8Weights())
    export_sentence_encoder(trunk, FROZEN_LAYERS, folder / UPPER_FILE, Int8Weights())
    write_tokenizer(base, folder)
    for name in (LOWER_FILE, UPPER_FILE, TOKENIZER_FILE):
        logger.info("%s sha256 %s", folder / name, sha256_of(folder / name))


def write_tokenizer(base: Path, folder: Path) -> None:
    """Writes a base encoder's tokenizer without its truncation and padding: the caller decides what is read."""
    folder.mkdir(parents=True, exist_ok=True)
    base_tokenizer(base).save(str(folder / TOKENIZER_FILE), pretty=False)


if __name__ == "__main__":
    main()
