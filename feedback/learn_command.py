"""`python -m feedback learn`: lets a router learn from labels, lists versions, activates them and takes them back."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

from errors import BadInputError, PlaygroundError
from feedback.label_store import LabelStore
from feedback.learning.export import export_folder, push_version
from feedback.learning.learn import learn
from feedback.learning.learnable import TASKS
from feedback.learning.report import read_report
from feedback.learning.target import Target
from feedback.resolved_label import Source
from feedback.store import FeedbackStore
from feedback.version_records import Switch, Version
from feedback.version_store import VersionStore
from feedback.visitor import Visitor, pseudonym
from router_models import load_panel
from settings import Settings, get_settings

SOURCES: tuple[Source, ...] = ("people", "adjudicated", "correction", "judge")
DEFAULT_SOURCES = SOURCES[:2]
"""Corrections are not among them: anybody who may open the app can give them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns the exit code (0, 1 on an error the user can mend, 2 on wrong usage)."""
    options = _parser().parse_args(arguments)
    try:
        settings = get_settings()
        store = FeedbackStore.open(settings)
        versions = VersionStore(store.access)
        if options.list:
            _list(versions)
        elif options.roll_back:
            _roll_back(versions, options.roll_back)
        elif options.use:
            _use(versions, *options.use)
        else:
            _learn(versions, LabelStore(store.access), settings, options)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m feedback learn",
        description="Lets a router learn from the labels of the store, and says on held-out labels whether it helped.",
    )
    parser.add_argument("--router", metavar="ID", help="which router learns")
    parser.add_argument("--task", choices=TASKS, help="what it learns (default: retrain)", default="retrain")
    aim = parser.add_mutually_exclusive_group()
    aim.add_argument("--serve", type=float, metavar="PERCENT", help="threshold: serve at least so many (default: 90)")
    aim.add_argument("--escalate", type=float, metavar="PERCENT", help="threshold: escalate at most so many")
    parser.add_argument(
        "--from",
        action="append",
        dest="sources",
        choices=SOURCES,
        help="whose labels (default: people and adjudicated; corrections can come from anybody)",
    )
    parser.add_argument("--activate", action="store_true", help="let the new version decide at once")
    parser.add_argument("--export", type=Path, metavar="DIR", help="write the new version into a folder")
    parser.add_argument("--push", metavar="USER/NAME", help="put the new version into a repository on the Hub")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--list", action="store_true", help="list all versions")
    other.add_argument("--use", nargs=2, metavar=("ID", "VERSION"), help="let a version decide, such as semantic v3")
    other.add_argument("--roll-back", metavar="ID", help="bring back what decided before")
    return parser


def _learn(versions: VersionStore, labels: LabelStore, settings: Settings, options: argparse.Namespace) -> None:
    if not options.router:
        raise BadInputError("No router is named.", "Name one, such as --router semantic.")
    kind = "quality" if options.escalate is None else "cost"
    percent = options.escalate if options.escalate is not None else options.serve
    target = Target() if percent is None else Target(kind, percent / 100)  # type: ignore[arg-type]  # one of the two
    resolved = labels.resolved(sources=tuple(options.sources or DEFAULT_SOURCES))
    learnt = learn(load_panel().line_up, options.router, options.task, resolved, _me(), target, _tell)
    version = versions.save(learnt.version, learnt.picks)
    print(f"{version.router} {version.name}: {learnt.report.sentence}")
    for caveat in learnt.report.caveats:
        print(f"! {caveat}")
    if options.activate:
        _activate(versions, version)
    if options.export:
        print(f"Written to {export_folder(version, options.export)}.")
    if options.push:
        token = settings.hf_token.get_secret_value() if settings.hf_token else None
        print(f"Pushed: {push_version(version, options.push, token)}")


def _list(versions: VersionStore) -> None:
    active = set(versions.standing().active.values())
    for version in versions.versions():
        mark = "*" if version.id in active else " "
        report = read_report(version.report)
        print(f"{mark} {version.router} {version.name}  {version.created_at:%Y-%m-%d %H:%M}  {report.sentence}")


def _use(versions: VersionStore, router: str, name: str) -> None:
    found = next((version for version in versions.versions(router) if version.name == name), None)
    if found is None:
        raise BadInputError(f"There is no version {name} of {router}.", "--list shows all versions.")
    _activate(versions, versions.version(found.id))


def _activate(versions: VersionStore, version: Version) -> None:
    versions.switch(Switch(router=version.router, version_id=version.id, created_by=_me().author))
    print(f"{version.router} {version.name} decides from now on, in every running app on this database.")


def _roll_back(versions: VersionStore, router: str) -> None:
    done = versions.switch(Switch(router=router, action="back", created_by=_me().author))
    now = "it decides as it ships" if done.version_id is None else f"{versions.version(done.version_id).name} decides"
    print(f"{router} is rolled back: {now}.")


def _me() -> Visitor:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        user = "nobody"
    return Visitor(pseudonym("shell", user), may_learn=True)


def _tell(share: float, what: str) -> None:
    print(f"\r{share:4.0%}  {what:<40}", end="" if share < 1 else "\n", file=sys.stderr, flush=True)
