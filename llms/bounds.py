"""Bounds on what a provider may send: users name their own, and one answer must not fill this machine's memory.

Compressed answers are refused, not unpacked: a few hundred kilobytes of gzip become a gigabyte.

Source: OWASP API Security Top 10 (2023), API4 (unrestricted resource consumption), API10 (unsafe consumption of APIs).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, cast

from httpx2 import AsyncByteStream

if TYPE_CHECKING:
    from httpx2 import Response

MAX_RESPONSE_BYTES = 16 * 1024 * 1024
"""Bytes of one response, its frames included: the longest answer in chunks of 400 bytes per token has 15 million."""

UNCOMPRESSED = {"accept-encoding": "identity"}
"""Header by which providers are asked not to compress."""


class UnboundedError(ValueError):
    """A response is more than may be read; its text completes “The provider answered …”."""


async def bound(response: Response) -> None:
    """Hook of a client: bounds a response before anything of its body is read.

    Raises:
        UnboundedError: It is compressed.
    """
    if response.headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        raise UnboundedError("in a compressed form that was not asked for")
    response.stream = _Bounded(cast(AsyncByteStream, response.stream))


class _Bounded(AsyncByteStream):
    def __init__(self, stream: AsyncByteStream) -> None:
        self._stream = stream
        self._bytes = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            self._bytes += len(part)
            if self._bytes > MAX_RESPONSE_BYTES:
                raise UnboundedError(f"with more than {MAX_RESPONSE_BYTES // 1024**2} MB")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
