"""`python -m api token NAME`: makes a token for the JSON API and prints what to set."""

from __future__ import annotations

import argparse
import sys

from pydantic import ValidationError

from api.tokens import hash_token, new_token
from settings import ApiToken


def main(arguments: list[str] | None = None) -> int:
    """Prints a new token once, and the setting that lets it in; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    commands = parser.add_subparsers(required=True)
    token = commands.add_parser("token", help="make a token")
    token.add_argument("name", help="whose it is: letters, digits, dots, dashes")
    token.add_argument("--per-minute", type=int, default=600, help="requests in a minute; 0 is no limit")
    options = parser.parse_args(arguments)
    made = new_token()
    try:
        kept = ApiToken(name=options.name, sha256=hash_token(made), per_minute=options.per_minute)
    except ValidationError as error:
        first = error.errors()[0]
        print(f"{first['loc'][0]}: {first['msg']}.", file=sys.stderr)
        return 1
    print(f"The token, shown only now: {made}")
    print(f"API_TOKENS='[{kept.model_dump_json()}]'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
