"""`python -m router_models publish --to user/name`: puts the routers' weights on the Hub."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from errors import BadInputError, PlaygroundError
from router_models.hub.model_card import size_text
from router_models.hub.publish import Publication, prepare, publish
from router_models.hub.source import parse_source
from settings import get_settings


def main(arguments: Sequence[str]) -> int:
    """Runs the command line; returns the exit code (0, 1 on an error the user can mend, 2 on wrong usage)."""
    options = _parser().parse_args(arguments)
    try:
        source = parse_source(options.to)
        if source.revision:
            raise BadInputError(f"“{options.to}” names a revision.", "Leave it out: publishing makes a new one.")
        publication = prepare(source.repo_id, options.router, native=options.native)
        _say_what(publication)
        if options.dry_run:
            print("Nothing was sent (--dry-run).")
            return 0
        key = get_settings().hf_token
        done = publish(publication, key.get_secret_value() if key else "", private=options.private)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    print(f"Published: {done.url}")
    if not options.router:
        print(f"Start with these weights:  ROUTERS=hub HUB_WEIGHTS={source.repo_id}@{done.commit} python app.py")
    return 0


def _say_what(publication: Publication) -> None:
    """One line per folder with its files and their size, and the sum."""
    sizes = publication.sizes_bytes
    folders: dict[str, list[str]] = defaultdict(list)
    for name in sizes:
        folder, _, file = name.rpartition("/")
        folders[folder].append(file)
    for folder, files in folders.items():
        size = sum(sizes[f"{folder}/{file}" if folder else file] for file in files)
        print(f"{folder or '.':<22} {size_text(size):>10}  {', '.join(files)}")
    routers = len(publication.manifest.routers)
    said = f"{routers} router{'' if routers == 1 else 's'}, {len(sizes)} files, {size_text(sum(sizes.values()))}"
    print(f"{said}, to {publication.repo_id}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m router_models publish", description=__doc__)
    parser.add_argument("--to", required=True, metavar="USER/NAME", help="the repository; made if it does not exist")
    parser.add_argument(
        "--router",
        action="append",
        default=[],
        metavar="ID",
        help="only this router and what it needs (may be repeated)",
    )
    parser.add_argument("--private", action="store_true", help="hide a repository that is made from others")
    parser.add_argument("--native", type=Path, metavar="DIR", help="folder of the fine-tuned encoder as safetensors")
    parser.add_argument("--dry-run", action="store_true", help="only list the files and their size")
    return parser
