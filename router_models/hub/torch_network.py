"""A classifier in safetensors: transformers and torch, without code of its author."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from errors import UnavailableError
from router_models.hub.extras import missing_extra
from router_models.hub.safetensors_file import check_safetensors
from router_models.hub.tokens import MICRO_BATCH, MicroBatch


class TorchNetwork:
    """A sequence classifier of transformers, on the processor.

    Args:
        folder: Holds `config.json` and the weights.
        threads: Threads for one run, of all networks in this process; 0 leaves it to torch.

    Raises:
        BadInputError: The weights' header is not valid.
        UnavailableError: torch is missing, or the weights are not those of a classifier.
    """

    size = MICRO_BATCH
    length = 0

    def __init__(self, folder: Path, threads: int = 0) -> None:
        for path in sorted(folder.glob("*.safetensors")):
            check_safetensors(path)
        missing = missing_extra("safetensors")
        if missing:
            raise UnavailableError("Its weights are in safetensors, which need torch here.", f"Run: {missing}.")
        import torch
        from transformers import AutoModelForSequenceClassification

        if threads:
            torch.set_num_threads(threads)
        try:
            model, report = AutoModelForSequenceClassification.from_pretrained(
                folder,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                output_loading_info=True,
                dtype=torch.float32,
                attn_implementation="eager",  # else config.json could name a kernel to load from the Hub
            )
        except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, ImportError) as error:
            raise UnavailableError(
                f"transformers cannot load it ({type(error).__name__}).", "Ask its author for an ONNX export."
            ) from error
        lacking = [*report["missing_keys"], *report.get("mismatched_keys", ())]
        if lacking:  # transformers would make them up at random
            raise UnavailableError(
                f"Its file lacks weights of the classifier, such as {str(lacking[0])[:60]}.",
                "Ask its author whether this is the whole classifier.",
            )
        self._model = model.eval()
        self._segmented = getattr(model.config, "type_vocab_size", 0) > 1

    def run(self, batch: MicroBatch) -> NDArray[np.floating]:
        """Its logits, (m, n_outputs)."""
        import torch

        arrays: dict[str, Any] = {
            "input_ids": torch.from_numpy(batch.ids),
            "attention_mask": torch.from_numpy(batch.mask),
        }
        if self._segmented:
            arrays["token_type_ids"] = torch.from_numpy(batch.segments)
        with torch.inference_mode():
            logits: NDArray[np.floating] = self._model(**arrays).logits.numpy()
        return logits
