"""The measurement of the first view, in the real browser on the real pages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.first_view import load
from tests.browser.conftest import ROOT


def test_it_measures_what_is_seen_when_it_is_seen(browser: Browser) -> None:
    later = "setTimeout(() => document.body.innerHTML += '<p id=late>late</p>', 1500)"
    view = load(browser, f"data:text/html,<h2>soon</h2><i>still</i><script>{later}</script>", "h2", "i", "i", "#late")
    assert view.still_s is not None and view.built_s is not None and view.chart_s is not None
    assert view.html_s <= view.words_s <= view.still_s <= view.built_s < view.chart_s
    assert view.chart_s - view.html_s > 1


def test_both_pages_are_loaded_and_compared(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.first_view", "--loads", "1"]
    environment = os.environ | {"DATA_DIR": str(tmp_path)}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=True)
    assert re.search(r"\| empty page of Gradio (\| [\d.]+ s \([\d.–]+\) ){2}(\| – ){3}\|", ended.stdout)
    assert re.search(r"\| Benchmarks (\| [\d.]+ s \([\d.–]+\) ){5}\|", ended.stdout)
    assert re.search(r"Its words take [\d.]+ times", ended.stdout)
