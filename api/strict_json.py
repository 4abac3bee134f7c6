"""JSON as it is meant: UTF-8, every key once, no NaN, not nested for ever; anything else is refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute

from errors import BadInputError, PlaygroundError

MAX_DEPTH = 64
"""Lists and objects within each other."""

_SHAPE = "See /docs for the shape of the request."


class BadEncodingError(PlaygroundError):
    """A body is not UTF-8."""

    status = 400


class WrongTypeError(PlaygroundError):
    """A body is not of the type that the endpoint reads."""

    status = 415


class StrictRoute(APIRoute):
    """A route that reads JSON bodies strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the strict reading in front."""
        handle = super().get_route_handler()
        if not self.body_field or self.body_field.field_info.media_type != "application/json":  # type: ignore[attr-defined]
            return handle

        async def read_and_handle(request: Request) -> Response:
            strict = _StrictRequest(request.scope, request.receive)
            await strict.json()
            return await handle(strict)

        return read_and_handle


class _StrictRequest(Request):
    """A request whose body is read once, by `read_json`."""

    async def json(self) -> Any:  # noqa: ANN401  any JSON
        if not hasattr(self, "_json"):
            body = await self.body()
            if body:
                _check_type(self.headers.get("content-type", ""), self.headers.get("content-encoding", ""))
            self._json = read_json(body) if body else None
        return self._json


def read_json(body: bytes) -> Any:  # noqa: ANN401  any JSON
    """The value that a body holds.

    Raises:
        BadEncodingError: It is not UTF-8.
        BadInputError: It is not JSON, names a key twice, holds NaN or an infinity, or is nested too deeply.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadEncodingError("The body is not UTF-8.", "Send the JSON in UTF-8.") from None
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise BadInputError(f"The body is not JSON: {error}.", _SHAPE) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # an integer of thousands of digits
        raise BadInputError("A number of the body is too long.", _SHAPE) from None
    _check_depth(value)
    return value


def _check_type(content_type: str, encoding: str) -> None:
    if encoding.strip().lower() not in {"", "identity"}:
        raise WrongTypeError(f"The body is compressed ({encoding.strip()[:60]}).", "Send it as it is.")
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != "application/json" and not kind.strip().lower().endswith("+json"):
        shown = kind.strip()[:60] or "not stated"
        raise WrongTypeError(f"The content type is {shown}.", "Send JSON, with content-type: application/json.")
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in {"utf-8", "utf8"}:
            raise WrongTypeError(f"The charset is {value.strip()[:60]}.", "Send the JSON in UTF-8.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInputError(f"The body names '{twice[:60]}' twice.", "Name it once.")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise BadInputError(f"{name} is not JSON.", "Send a finite number, or leave the field out.")


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> BadInputError:
    return BadInputError(f"The body is nested more than {MAX_DEPTH} deep.", _SHAPE)
