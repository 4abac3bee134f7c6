"""What the preview of a table holds, whatever stands in its first rows."""

import json
import tracemalloc

from traffic.columns import KEPT_CHARACTERS, PREVIEW_ROWS, preview_of
from traffic.reading import MAX_JSON_LINE_BYTES
from traffic.source import from_bytes

MIB = 2**20


def test_of_large_rows_the_preview_holds_their_beginning() -> None:
    nested = [[] for _ in range(100_000)]
    line = json.dumps({"a": nested, "prompt": "Why? " * 50_000, "n": 7, "ok": True, "none": None})
    assert MAX_JSON_LINE_BYTES / 3 < len(line) < MAX_JSON_LINE_BYTES
    source = from_bytes("log.jsonl", "\n".join([line] * 30).encode())
    tracemalloc.start()
    try:
        preview = preview_of(source)
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < MIB
    assert len(preview.rows) == PREVIEW_ROWS
    assert preview.columns.prompt == "prompt"
    values = preview.rows[0].values
    assert values["prompt"] == ("Why? " * 50_000)[:KEPT_CHARACTERS]
    assert (values["n"], values["ok"], values["none"]) == (7, True, None)
    assert str(values["a"]).startswith("[[], []") and len(str(values["a"])) < 100
