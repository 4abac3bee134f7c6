"""What the app mounts: all of it local, and nothing that keeps prompts in the browser."""

import re

from pages.look import ASSETS, FIRST_SHEETS, PLAIN_SHEETS, STYLE_SHEETS, mount_options


def test_every_style_sheet_and_no_other_is_included() -> None:
    assert {*STYLE_SHEETS, *PLAIN_SHEETS, *FIRST_SHEETS} == {path.name for path in (ASSETS / "css").glob("*.css")}
    head = mount_options()["head"]
    for name in STYLE_SHEETS:
        assert (ASSETS / "css" / name).read_text(encoding="utf-8") in head


def test_nothing_comes_from_outside() -> None:
    options = mount_options()
    assert re.findall(r"url\(|@import|src=|href=|https?:", options["head"]) == []
    assert options["theme"]._stylesheets == []


def test_prompts_are_not_kept_in_the_browser() -> None:
    assert mount_options()["run_history"] is False
    stored = {path.name for path in (ASSETS / "js").glob("*.js") if "localStorage" in path.read_text()}
    assert stored == {"theme.js"}, "light or dark"
    kept_for_the_tab = {path.name for path in (ASSETS / "js").glob("*.js") if "sessionStorage" in path.read_text()}
    drafts, on_the_way = {"ask.js", "compare_keep.js"}, {"board_compare.js"}
    assert kept_for_the_tab == drafts | on_the_way, "what ends with the tab"


def test_buttons_keep_the_colours_of_this_look_under_the_pointer() -> None:
    theme = vars(mount_options()["theme"])
    for state in ("", "_hover"):
        for scheme in ("", "_dark"):
            assert theme[f"button_primary_text_color{state}{scheme}"] == "var(--rp-accent-ink)"
            assert "var(--rp-accent)" in theme[f"button_primary_background_fill{state}{scheme}"]
            assert theme[f"button_primary_border_color{state}{scheme}"] == "transparent"


def test_route_colours_run_from_teal_over_amber_to_violet() -> None:
    css = (ASSETS / "css" / "tokens.css").read_text(encoding="utf-8")
    assert css.index("--rp-t1:") < css.index("--rp-t2:") < css.index("--rp-t3:")
