"""`python -m feedback agreement`: kappas and alphas of the labels, with 95 % intervals."""

from __future__ import annotations

import argparse

from feedback.agreement import agreement
from feedback.command import with_store
from feedback.label_store import LabelStore


def main(arguments: list[str]) -> int:
    """Says who agrees with whom; returns the exit code.

    Args:
        arguments: What follows `agreement` on the command line.
    """
    argparse.ArgumentParser(prog="python -m feedback agreement", description=__doc__).parse_args(arguments)
    return with_store(_print)


def _print(store: LabelStore) -> int:
    found = agreement(store.matrix())
    print(f"{found.prompts:,} prompts were labelled by two people or more")
    for name, value in (
        ("Fleiss' kappa", found.fleiss),
        ("Krippendorff's alpha, nominal", found.alpha_nominal),
        ("Krippendorff's alpha, ordinal", found.alpha_ordinal),
    ):
        print(f"{name:<32}{'no shared prompts' if value is None else value}")
    for pair in found.pairs:
        print(f"Cohen's kappa, {pair.first} and {pair.second}: {pair.kappa} on {pair.prompts:,} prompts")
    return 0
