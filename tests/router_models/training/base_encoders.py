"""Small base encoders of several kinds, with random weights and tokenizers of their own, in the Hub's layout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoConfig, AutoModel, PreTrainedConfig

VOCABULARY = 400
LAYERS, WIDTH = 4, 64
TEXTS = (
    "Name three rivers that cross a border.",
    "Prove that the sum of two odd numbers is even, then generalise the statement.",
    "def swap(a, b): return b, a  # why does this work?",
    "Écris une phrase courte, s'il te plaît.",
    "今天的天气怎么样？",
    "Plan a week of meals for four people who like neither fish nor beans.",
    "x",
    "word " * 300,
)
_BERT = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]")
_ROBERTA = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
SIZES = {
    "vocab_size": VOCABULARY,
    "hidden_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "initializer_range": 0.1,
}


_OWN: Mapping[str, Mapping[str, Any]] = {
    "bert": {},
    "distilbert": {"hidden_dim": 2 * WIDTH},  # its one size by another name that it does not translate
    "roberta": {"max_position_embeddings": 300},
    "xlm-roberta": {"max_position_embeddings": 300},
    "mpnet": {"max_position_embeddings": 300},
    "deberta-v2": {
        "max_position_embeddings": 512,
        "relative_attention": True,
        "position_buckets": 32,
        "pos_att_type": ["p2c", "c2p"],
        "share_att_key": True,
        "norm_rel_ebd": "layer_norm",
        "position_biased_input": False,
        "type_vocab_size": 0,
    },
    "modernbert": {
        "pad_token_id": 0,
        "cls_token_id": 1,
        "bos_token_id": 1,
        "sep_token_id": 2,
        "eos_token_id": 2,
        "local_attention": 16,
        "global_attn_every_n_layers": 2,
    },
}
"""What a kind needs beside its sizes."""

KINDS = tuple(_OWN)


def config_of(kind: str, **other: Any) -> PreTrainedConfig:
    """Configuration of a small network of one kind; `other` says what shall differ."""
    return AutoConfig.for_model(kind, **{**SIZES, **_OWN[kind], **other})


def write_base(kind: str, folder: Path) -> Path:
    """Writes `config.json`, `model.safetensors` and `tokenizer.json` of one kind; returns the folder."""
    torch.manual_seed(5)
    AutoModel.from_config(config_of(kind)).save_pretrained(folder)
    tokenizer_of(kind).save(str(folder / "tokenizer.json"))
    return folder


def tokenizer_of(kind: str) -> Tokenizer:
    """Of the kind's own family, trained on the texts: WordPiece, bytes in pairs, or unigrams."""
    special = list(_ROBERTA if "roberta" in kind else _BERT)
    if kind in ("bert", "distilbert"):
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106  a token of text, not a password
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=special)
    elif kind in ("roberta", "modernbert"):
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=special, initial_alphabet=alphabet)
    else:
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        unknown = special[3]
        trainer = trainers.UnigramTrainer(vocab_size=VOCABULARY, special_tokens=special, unk_token=unknown)
    tokenizer.train_from_iterator(TEXTS, trainer)
    opening, closing = ("<s>", "</s>") if "roberta" in kind else ("[CLS]", "[SEP]")
    ends = [(token, tokenizer.token_to_id(token)) for token in (opening, closing)]
    tokenizer.post_processor = processors.TemplateProcessing(f"{opening} $A {closing}", special_tokens=ends)
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8)
    return tokenizer
