"""`python -m feedback user`: who may sign in with a password."""

from __future__ import annotations

import argparse
import getpass
import sys

from errors import BadInputError, PlaygroundError
from feedback.accounts import ROLES, AccountFileError, Accounts
from settings import get_settings


def main(arguments: list[str]) -> int:
    """Adds, lists or removes users of AUTH_FILE; returns the exit code.

    Args:
        arguments: What follows `user` on the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m feedback user", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="add a user, or change role and password; the password is asked for")
    add.add_argument("name", help="letters, digits, dots, dashes")
    add.add_argument("--role", choices=ROLES, default="labeller", help="an admin also learns, judges and sees usage")
    remove = commands.add_parser("remove", help="remove a user")
    remove.add_argument("name")
    commands.add_parser("list", help="names and roles")
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    path = get_settings().auth_file
    if path is None:
        raise AccountFileError("No file of users is set.", "Set AUTH_FILE to a path, for this command and for the app.")
    accounts = Accounts(path)
    if options.command == "add":
        accounts.put(options.name, options.role, _new_password())
        print(f"{options.name} may sign in as {options.role}.")
    elif options.command == "remove":
        accounts.remove(options.name)
        print(f"{options.name} may no longer sign in.")
    else:
        for name, role in accounts.names().items():
            print(f"{name}\t{role}")
    return 0


def _new_password() -> str:
    """A password typed twice at a terminal; from a pipe one line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise BadInputError("The two passwords differ.", "Try again.")
    return password
