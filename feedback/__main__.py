"""`python -m feedback COMMAND …`: each command is a module of this package with `main(arguments) -> exit code`."""

from __future__ import annotations

import importlib
import sys

from command_line import exit_code

COMMANDS = {
    "agreement": "feedback.agreement_command",
    "counts": "feedback.counts_command",
    "export": "feedback.export_command",
    "import": "feedback.import_command",
    "judge": "feedback.judge_command",
    "learn": "feedback.learn_command",
    "purge": "feedback.purge_command",
    "speed": "feedback.label_speed",
    "user": "feedback.user_command",
}
"""Module by command; imported when it is asked for."""


def main(arguments: list[str] | None = None) -> int:
    """Runs the command that the first argument names; returns the exit code.

    Args:
        arguments: Without the program's name; None takes those of the process.
    """
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or [""]
    if name not in COMMANDS:
        print(f"usage: python -m feedback {{{','.join(COMMANDS)}}} …", file=sys.stderr)
        return 0 if name in {"-h", "--help"} else 2
    code: int = importlib.import_module(COMMANDS[name]).main(rest)
    return code


if __name__ == "__main__":
    sys.exit(exit_code(main))
