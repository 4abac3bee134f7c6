"""Writes votes and copies them to the Hub until somebody kills it: prints an id when a vote is safe on this disk."""

from __future__ import annotations

from errors import PlaygroundError
from feedback.opening import StoreOpener
from settings import get_settings
from tests.feedback.samples import comparison, vote


def main() -> None:
    opener = StoreOpener(get_settings())
    store = opener()
    print("open", flush=True)
    while True:
        compared = comparison(consent=True)
        try:
            store.save_comparison(compared)
            store.save_vote(vote(compared))
        except PlaygroundError:  # still being read back
            continue
        print(compared.id, flush=True)


if __name__ == "__main__":
    main()
