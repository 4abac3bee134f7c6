"""Prints the catalogue with its prices: python -m llms [--catalogue FILE]."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from command_line import exit_code
from errors import PlaygroundError
from llms.catalogue import DEFAULT_CATALOGUE, Catalogue, load_catalogue
from llms.cost import NO_PRICE, format_usd
from llms.prices import price_of

HEADER = ("id", "provider", "context", "USD/Mtok in", "out", "inputs", "note")
_RIGHT_ALIGNED = (2, 3, 4)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status: 0, or 1 where the catalogue cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m llms", description="Print the LLMs with their prices.")
    parser.add_argument("--catalogue", type=Path, default=DEFAULT_CATALOGUE, help="default: %(default)s")
    path = parser.parse_args(arguments).catalogue
    try:
        catalogue = load_catalogue(path)
        print(_table([HEADER, *_rows(catalogue)]))
    except PlaygroundError as error:
        print(error, file=sys.stderr)
        return 1
    snapshot = catalogue.price_snapshot
    print(f"\nPrices as of {snapshot.released} (genai-prices {snapshot.version}) unless noted otherwise.")
    print(f"Pools: {', '.join(pool.name for pool in catalogue.pools)}")
    return 0


def _rows(catalogue: Catalogue) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for llm in catalogue.llms:
        price = price_of(catalogue, llm.id)
        notes = ["reasoning"] if llm.reasoning else []
        if price is None:
            figures = (NO_PRICE, NO_PRICE)
        else:
            figures = (format_usd(price.input_usd_per_mtok), format_usd(price.output_usd_per_mtok))
            notes += [price.note] if price.note else []
            notes += [f"as of {price.as_of}"] if price.as_of != catalogue.price_snapshot.released else []
        inputs = ", ".join(llm.modalities)
        rows.append((llm.id, llm.provider, f"{llm.context_tokens:,}", *figures, inputs, "; ".join(notes)))
    return rows


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = (
            cell.rjust(width) if column in _RIGHT_ALIGNED else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(exit_code(main))
