"""Which file of a repository holds the weights: safe formats only, and what runs fastest here first."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal

from errors import BadInputError
from router_models.hub.repository import RepoFile, Repository

Kind = Literal["router", "onnx", "safetensors", "keras"]

CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".h5", ".hdf5", ".joblib", ".msgpack", ".npy", ".pb")
"""Endings of files that may run code when they are read, or of formats that nothing here reads safely."""

_ONNX = (
    "onnx/model.onnx",
    "model.onnx",
    "onnx/model_quantized.onnx",
    "model_quantized.onnx",
    "onnx/model_int8.onnx",
    "onnx/model_qint8.onnx",
)
"""Names that exporters give, best first: not quantised before quantised, because that is what its author measured."""

_SAFETENSORS = "model.safetensors"
_SHARDS_INDEX = "model.safetensors.index.json"
_ADAPTER = "adapter_config.json"
_LARGEST_TOKENIZER = 64 * 1024 * 1024


def choose_weights(repository: Repository) -> tuple[Kind, tuple[RepoFile, ...]]:
    """How the weights are kept, and their files, the one to open first.

    Raises:
        BadInputError: There are none in a safe format.
    """
    onnx = _onnx(repository)
    if onnx is not None:
        return "onnx", (onnx, *_beside(repository, onnx))
    whole = repository.file(_SAFETENSORS)
    if whole is not None:
        return "safetensors", (whole,)
    index = repository.file(_SHARDS_INDEX)
    if index is not None:
        shards = [file for file in repository.files if _is_shard(file.name)]
        return "safetensors", (index, *shards)
    keras = [file for file in repository.files if file.name.endswith(".keras")]
    if len(keras) == 1:
        return "keras", (keras[0],)
    raise _refusal(repository, several=bool(keras))


def tokenizer_files(repository: Repository, kind: Kind) -> tuple[RepoFile, ...]:
    """Files of the tokenizer; a Keras model may do without, because some read text.

    Raises:
        BadInputError: There is none in the one format that runs without code of its author.
    """
    tokenizer = repository.file(TOKENIZER)
    settings = repository.file(TOKENIZER_CONFIG)
    if tokenizer is None:
        if kind == "keras":
            return ()
        raise BadInputError(
            f"{repository.source.repo_id} has no {TOKENIZER}.",
            "Ask its author to save the fast tokenizer beside the weights: AutoTokenizer.from_pretrained(…)"
            ".save_pretrained(…).",
        )
    if tokenizer.size_bytes > _LARGEST_TOKENIZER:
        raise BadInputError(f"{TOKENIZER} has {tokenizer.size_bytes / 1e6:,.0f} MB.", "Choose another classifier.")
    return (tokenizer,) if settings is None else (tokenizer, settings)


def _onnx(repository: Repository) -> RepoFile | None:
    for name in _ONNX:
        if (file := repository.file(name)) is not None:
            return file
    found = [file for file in repository.files if file.name.endswith(".onnx")]
    return found[0] if len(found) == 1 else None


def _beside(repository: Repository, onnx: RepoFile) -> list[RepoFile]:
    """Files in which large exports keep their weights, such as `model.onnx_data`."""
    path = PurePosixPath(onnx.name)
    return [
        file
        for file in repository.files
        if PurePosixPath(file.name).parent == path.parent
        and PurePosixPath(file.name).name.startswith(path.stem + ".")
        and "data" in PurePosixPath(file.name).suffix
    ]


def _is_shard(name: str) -> bool:
    return name.startswith("model-") and name.endswith(".safetensors") and "/" not in name


def _refusal(repository: Repository, *, several: bool) -> BadInputError:
    repo_id = repository.source.repo_id
    if repository.file(_ADAPTER) is not None:
        return BadInputError(
            f"{repo_id} holds an adapter, which is not a whole classifier.",
            "Ask its author to merge it into the model that it adapts, and to export that to ONNX.",
        )
    if several:
        return BadInputError(f"{repo_id} holds several .keras files.", "Choose a repository with one classifier.")
    pickles = [file.name for file in repository.files if file.name.lower().endswith(PICKLES)]
    if pickles:
        return BadInputError(
            f"{repo_id} keeps its weights in {pickles[0]}, a format that can run any code when it is read.",
            "Ask its author to save them as safetensors, or to export them: optimum-cli export onnx --model "
            f"{repo_id} DIR.",
        )
    return BadInputError(
        f"{repo_id} has no weights in ONNX, safetensors or .keras.", "Choose a text classifier that has."
    )
