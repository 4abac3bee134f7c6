"""Files of own prompts in every format, for the tests of batches."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from router_models.batch.sources import Format

PROMPTS = ["Name a colour.", 'Say "hello",\ntwice.', "Prove that 2 is prime; then that 3 is.", "Übersetze: café 🙂"]


def write(path: Path, prompts: list[object], group: int = 3) -> Path:
    """A file of the format that its ending says, with the columns id and prompt."""
    kind: Format = path.suffix.removeprefix(".")  # type: ignore[assignment]
    if kind == "parquet":
        table = pa.table({"id": [f"n{place}" for place in range(len(prompts))], "prompt": prompts})
        pq.write_table(table, path, row_group_size=group)
    elif kind == "csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("id", "prompt"), *((f"n{at}", text) for at, text in enumerate(prompts))])
    else:
        lines = [json.dumps({"id": f"n{at}", "prompt": text}) for at, text in enumerate(prompts)]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
