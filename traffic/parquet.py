"""The rows of a Parquet file: a small one may hold much, so nothing is unpacked before it is known how much that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from errors import BadInputError

PARQUET_ROWS = 256
"""Rows looked at together; of these as many are unpacked at once as `MAX_ROW_BYTES` holds."""

MIB = 2**20
MAX_PARQUET_BYTES = 1024 * MIB
MAX_ROW_BYTES = 4 * MIB
"""Of one row's values as Python holds them."""

VALUE_BYTES = 64
"""What a value takes beside its text."""

POSITION_BYTES = 8
"""What an element of a list takes before it is unpacked."""

TOO_LONG = f"The row unpacks to more than {MAX_ROW_BYTES // MIB} MiB."


def parquet_leaves(data: bytes) -> list[str]:
    """Columns that may be read: of a nested one its parts, as `usage.output_tokens`.

    Raises:
        BadInputError: The file is damaged.
    """
    import pyarrow as pa

    with _refused():
        schema = _opened(data).schema_arrow
    found: list[str] = []
    todo = [(field.name, field.type) for field in reversed(list(schema))]
    while todo:
        name, kind = todo.pop()
        if pa.types.is_struct(kind):
            todo += [(f"{name}.{kind.field(at).name}", kind.field(at).type) for at in reversed(range(kind.num_fields))]
        else:
            found.append(name)
    return found


def parquet_rows(data: bytes, wanted: Sequence[str] = ()) -> Iterator[dict[str, object] | str]:
    """The rows, or why one cannot be read.

    Texts stay in Parquet's dictionaries, each once, until their row is unpacked: a value that stands in many rows is
    written once there, and neither its pages' size nor the file's says how much it comes to.

    Args:
        data: The file.
        wanted: Columns that are needed, by the names of `parquet_leaves`. None named: all.

    Raises:
        BadInputError: The file is damaged, or unpacks to too much.
    """
    with _refused():
        file = _opened(data)
        top = [name for name in file.schema_arrow.names if not wanted or any(_within(leaf, name) for leaf in wanted)]
        _check_unpacked(file, top)
        leaves = [file.schema.column(at) for at in range(len(file.schema))]
        texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
        for batch in _opened(data, texts).iter_batches(PARQUET_ROWS, columns=top):
            yield from _unpacked(batch)


def _opened(data: bytes, in_dictionaries: Sequence[str] = ()) -> Any:  # noqa: ANN401  pyarrow has no types
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.ParquetFile(pa.BufferReader(data), read_dictionary=list(in_dictionaries))


@contextmanager
def _refused() -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise BadInputError("The file is no Parquet file, or is damaged.", "Save it again.") from error


def _unpacked(rows: Any) -> Iterator[dict[str, object] | str]:  # noqa: ANN401  as above
    """Rows in Python, few at a time where they are large."""
    if sum(_unpacked_bytes(column) for column in rows.columns) <= MAX_ROW_BYTES:
        yield from rows.to_pylist()
    elif rows.num_rows == 1:
        yield TOO_LONG
    else:
        half = rows.num_rows // 2
        yield from _unpacked(rows.slice(0, half))
        yield from _unpacked(rows.slice(half))


def _unpacked_bytes(values: Any) -> int:  # noqa: ANN401  as above
    """About what values take in Python."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, own = values.type, VALUE_BYTES * len(values)
    if pa.types.is_struct(kind):
        return own + sum(map(_unpacked_bytes, values.flatten()))
    if pa.types.is_map(kind):  # which cannot be flattened where its texts are in dictionaries
        first, last = values.offsets[0].as_py(), values.offsets[-1].as_py()
        return own + sum(_unpacked_bytes(part.slice(first, last - first)) for part in (values.keys, values.items))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return own + _unpacked_bytes(values.flatten())
    if pa.types.is_dictionary(kind) and (pa.types.is_string(kind.value_type) or pa.types.is_binary(kind.value_type)):
        lengths = pc.binary_length(values.dictionary).take(values.indices)
        return own + int(pc.sum(lengths).as_py() or 0)
    return own + int(values.nbytes)


def _within(leaf: str, column: str) -> bool:
    return leaf == column or leaf.startswith(f"{column}.")


def _check_unpacked(file: Any, columns: Sequence[str]) -> None:  # noqa: ANN401  as above
    """Makes sure that a small file does not unpack into more than the memory holds."""
    metadata = file.metadata
    size = 0
    for at in range(metadata.num_columns):
        lists = metadata.schema.column(at).max_repetition_level > 0
        for group in range(metadata.num_row_groups):
            part = metadata.row_group(group).column(at)
            if any(_within(part.path_in_schema, name) for name in columns):
                size += max(part.total_uncompressed_size, POSITION_BYTES * part.num_values if lists else 0)
    if size > MAX_PARQUET_BYTES:
        what = f"The file unpacks to {size / MIB:,.0f} MiB; at most {MAX_PARQUET_BYTES // MIB:,} MiB are read."
        raise BadInputError(what, "Take a random sample of the rows.")
