"""Which LLM of the catalogue a user's table means by a name."""

from __future__ import annotations

from llms.catalogue import Catalogue


def known_llms(catalogue: Catalogue, names: tuple[str, ...]) -> dict[str, str]:
    """Name in a table → id in the catalogue, for those that can be told: by id, title or the provider's own name."""
    known: dict[str, str] = {}
    for llm in reversed(catalogue.llms):
        spelt = (llm.id, llm.title, llm.model, f"{llm.provider}/{llm.model}", llm.measured_as or llm.id)
        known |= {_plain(name): llm.id for name in spelt}
    return {name: known[_plain(name)] for name in dict.fromkeys(names) if _plain(name) in known}


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "-").replace(" ", "-")
