"""`python -m router_models "prompt"`: every router's decision, as a table or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from command_line import exit_code
from errors import PlaygroundError
from llms.cost import format_usd
from router_models import RouterPanel, load_panel
from router_models.decision import Decision
from router_models.hub.default_weights import default_weights
from settings import get_settings

PUBLISH = "publish"
"""First word of the command that is not a prompt; a prompt that is just this word comes by standard input."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code (0, 1 on an error the user can mend, 2 on wrong usage)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [PUBLISH]:
        from router_models.hub.publish_command import main as publish

        return publish(given[1:])
    parser = argparse.ArgumentParser(
        prog="python -m router_models",
        description="What would many LLM routers do with this prompt?",
        epilog=f"`python -m router_models {PUBLISH} --help`: puts the routers' weights on the Hub.",
    )
    parser.add_argument("prompt", help="the prompt; - reads it from standard input")
    parser.add_argument("--router", action="append", metavar="ID", help="only this router (may be given again)")
    parser.add_argument("--llm-routers", action="store_true", help="also the routers that ask an LLM (seconds)")
    parser.add_argument(
        "--hub", metavar="ID", help="also a text classifier of the Hub: owner/name or owner/name@revision"
    )
    parser.add_argument("--labels", default="", help="routes of its labels: easy=weak,hard=strong")
    parser.add_argument("--json", action="store_true", help="print a list of decision objects")
    options = parser.parse_args(given)
    prompt = sys.stdin.read() if options.prompt == "-" else options.prompt
    try:
        weights = default_weights(get_settings())
        panel = load_panel(weights.folder, origin=weights.origin)
        only = _with_hub(panel, options)
        run = panel.run(prompt, only=only, waiting=options.llm_routers)
        decisions = panel.decisions(run)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    for missing in run.unavailable:
        print(f"{missing.router} is unavailable: {missing.what} {missing.mend}", file=sys.stderr)
    if options.json:
        print(json.dumps([decision.as_json() for decision in decisions], indent=2, ensure_ascii=False))
    else:
        _print_table(panel, decisions)
    return 0 if decisions else 1


def _with_hub(panel: RouterPanel, options: argparse.Namespace) -> list[str] | None:
    """The routers to run, those of the Hub in the panel: the one that is named, and those added in the app."""
    only: list[str] | None = options.router
    settings = get_settings()
    if any(name not in panel.ids for name in only or ()):
        from router_models.hub.added import added_routers

        added_routers(panel, settings).start()
    if not options.hub:
        return only
    from router_models.hub.once import bring, described

    token = settings.hf_token.get_secret_value() if settings.hf_token else ""
    brought = bring(panel, settings, options.hub, options.labels, token)
    print(described(brought.model), file=sys.stderr)
    return None if only is None else [*only, brought.id]


def _print_table(panel: RouterPanel, decisions: list[Decision]) -> None:
    print(f"{_verdict(panel, decisions)}\n")
    print(f"{'router':<20} {'picks':<10} {'LLM':<22} {'conf.':>6} {'p_strong':>8} {'ms':>7}  cost")
    for decision in decisions:
        print(
            f"{decision.router:<20} {decision.route:<10} {decision.llm:<22} {decision.confidence:>6.2f} "
            f"{decision.p_strong:>8.2f} {decision.latency_ms:>7.1f}  {format_usd(decision.estimated_cost_usd)}"
        )
        print(f"{'':<20} {decision.reason}")
        if decision.caution:
            print(f"{'':<20} Caution: {decision.caution}")
        if decision.cost_note:
            print(f"{'':<20} Cost {decision.cost_note}.")
        for warning in decision.warnings:
            print(f"{'':<20} ! {warning}")


def _verdict(panel: RouterPanel, decisions: list[Decision]) -> str:
    """How many escalate, counted as on the page: learnt routers first, because baselines do not read the prompt."""
    learnt = [decision for decision in decisions if not panel[decision.router].card.baseline]
    everybody = f"{sum(decision.escalates for decision in decisions)} of {len(decisions)}"
    if not learnt or len(learnt) == len(decisions):
        return f"{everybody} router{'' if len(decisions) == 1 else 's'} would escalate"
    escalating = sum(decision.escalates for decision in learnt)
    plural = "" if len(learnt) == 1 else "s"
    return f"{escalating} of {len(learnt)} learnt router{plural} would escalate ({everybody} with baselines)"


if __name__ == "__main__":
    sys.exit(exit_code(main))
