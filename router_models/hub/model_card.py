"""The page of a published router: what it is, how good it measurably is, on which data, and how it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from router_models.card import Figure, RouterCard
from router_models.hub.manifest import Manifest, file_of
from router_models.hub.usage_text import usage_text

KIB, MIB = 1024, 1024**2
NATIVE = (".keras", ".safetensors")
"""Endings of files in the format of the framework that trained the router."""

_NO_INTERVAL = "–"


def router_page(card: RouterCard, manifest: Manifest, repo_id: str) -> str:
    """The page of one router, in Markdown.

    Args:
        card: Its card; every number of the page comes from there.
        manifest: What is in the repository.
        repo_id: The repository's name, `owner/name`.
    """
    parts = [
        f"# {card.title}",
        f"`{card.router}` routes a prompt to {_listed(card.routes)}, cheapest first. {card.method}",
        f"> **Beware:** {card.caution}" if card.caution else "",
        _operating_point(card),
        "## How to use it",
        usage_text(card, manifest, repo_id),
        "## Figures",
        _figures(card.figures),
        "## Data",
        _data(card),
        "## Licence",
        _LICENCE,
        "## Files",
        _files(card, manifest),
        "## How it was made",
        _making(card),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; what its cells hold cannot break it."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def size_text(size_bytes: int) -> str:
    """A size for people, such as `1.6 MiB`."""
    if size_bytes < MIB:
        return f"{size_bytes / KIB:.1f} KiB"
    return f"{size_bytes / MIB:.1f} MiB"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _listed(routes: Sequence[str]) -> str:
    names = [f"`{route}`" for route in routes]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _operating_point(card: RouterCard) -> str:
    said = ["Its probabilities are calibrated." if card.calibrated else "Its probabilities are not calibrated."]
    if card.threshold is not None and not card.baseline:
        said.append(f"It picks `strong` where P(strong) ≥ {card.threshold:g}, unless you choose another threshold.")
    if card.max_tokens is not None:
        said.append(f"It reads the first {card.max_tokens} word pieces of a prompt.")
    return " ".join(said)


def _figures(figures: Sequence[Figure]) -> str:
    if not figures:
        return "None: there is nothing to measure of it."
    rows = [
        (
            figure.metric,
            f"{figure.value:.4g}",
            f"{figure.low:.4g} to {figure.high:.4g}",
            _by_name(figure.baselines),
            f"{figure.dataset} ({figure.split})",
            f"{figure.rows:,}",
            f"{figure.note} Published: {_by_name(figure.published)}." if figure.published else figure.note,
        )
        for figure in figures
    ]
    header = ("metric", "value", "95 % interval", "baselines", "measured on", "rows", "note")
    return table(header, rows) + "\n\nIntervals are bootstrapped; the baselines were measured on the same rows."


def _by_name(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name}: {value:.4g}" for name, value in values.items()) or _NO_INTERVAL


def _data(card: RouterCard) -> str:
    if not card.trained_on:
        return "It has learnt from no data."
    rows = [(data.name, f"{data.rows:,}", data.licence, data.origin, data.note) for data in card.trained_on]
    said = table(("data set", "rows", "licence", "origin", "note"), rows)
    return f"{said}\n\nSplit: {card.split}." if card.split else said


_LICENCE = (
    "The weights are under the MIT licence (`LICENSE`). What is in `encoder/` and `tuned-encoder/`, and the word "
    "embeddings of the Keras networks, derive from all-MiniLM-L6-v2 (Apache-2.0). The data's own licences are above."
)


def _files(card: RouterCard, manifest: Manifest) -> str:
    own = [name for name in manifest.files if name.startswith(f"{card.router}/")]
    shared = [file_of(card, named, manifest.files) for named in card.files]
    named = dict.fromkeys([*own, *filter(None, shared)])
    rows = [
        (f"`{name}`", size_text(manifest.files[name].size_bytes), f"`{manifest.files[name].sha256}`") for name in named
    ]
    said = [table(("file", "size", "sha256"), rows)]
    if any(name.endswith(NATIVE) for name in named):
        said.append(
            "`.keras` and `.safetensors` are the native artefacts; the app is served from ONNX and NumPy arrays."
        )
    elsewhere = [f"`{name}`" for name in card.files if not file_of(card, name, manifest.files)]
    if elsewhere:
        said.append(f"Named by the card, but not part of this repository: {', '.join(elsewhere)}.")
    return "\n\n".join(said)


def _making(card: RouterCard) -> str:
    lines = [f"- Method: {card.source}"] if card.source else []
    if card.training_command:
        lines.append(f"- Command: `{card.training_command}`")
    if card.trained_at:
        lines.append(f"- Date: {card.trained_at.isoformat()}")
    lines.append(f"- Version: {card.version}")
    lines += [f"- {note}" for note in card.notes]
    return "\n".join(lines)
