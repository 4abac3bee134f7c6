"""`python -m router_models "prompt"`: every router's decision, as a table or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from errors import PlaygroundError
from llms.cost import format_usd
from router_models import load_panel
from router_models.decision import Decision


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code (0, 1 on an error the user can mend, 2 on wrong usage)."""
    parser = argparse.ArgumentParser(
        prog="python -m router_models", description="What would many LLM routers do with this prompt?"
    )
    parser.add_argument("prompt", help="the prompt; - reads it from standard input")
    parser.add_argument("--router", action="append", metavar="ID", help="only this router (may be given again)")
    parser.add_argument("--llm-routers", action="store_true", help="also the routers that ask an LLM (seconds)")
    parser.add_argument("--json", action="store_true", help="print a list of decision objects")
    options = parser.parse_args(arguments)
    prompt = sys.stdin.read() if options.prompt == "-" else options.prompt
    try:
        panel = load_panel()
        run = panel.run(prompt, only=options.router, waiting=options.llm_routers)
        decisions = panel.decisions(run)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    for missing in run.unavailable:
        print(f"{missing.router} is unavailable: {missing.what} {missing.mend}", file=sys.stderr)
    if options.json:
        print(json.dumps([decision.as_json() for decision in decisions], indent=2, ensure_ascii=False))
    else:
        _print_table(decisions)
    return 0 if decisions else 1


def _print_table(decisions: list[Decision]) -> None:
    escalating = sum(decision.escalates for decision in decisions)
    print(f"{escalating} of {len(decisions)} routers would escalate\n")
    print(f"{'router':<16} {'picks':<10} {'LLM':<22} {'conf.':>6} {'p_strong':>8} {'ms':>7}  cost")
    for decision in decisions:
        print(
            f"{decision.router:<16} {decision.route:<10} {decision.llm:<22} {decision.confidence:>6.2f} "
            f"{decision.p_strong:>8.2f} {decision.latency_ms:>7.1f}  {format_usd(decision.estimated_cost_usd)}"
        )
        print(f"{'':<16} {decision.reason}")
        if decision.cost_note:
            print(f"{'':<16} Cost {decision.cost_note}.")
        for warning in decision.warnings:
            print(f"{'':<16} ! {warning}")


if __name__ == "__main__":
    sys.exit(main())
