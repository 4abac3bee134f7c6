"""The Hub's own client, with the token we were given and no other; whatever goes wrong is said in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from errors import BadInputError, UnavailableError, UnknownNameError
from router_models.hub.source import HubSource

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

TIMEOUT_S = 10.0
"""How long the Hub may be silent."""

_BUSY = 429
_FORBIDDEN = 403
_UNAUTHORISED = 401
_SERVER_ERROR = 500


class HubDownError(UnavailableError):
    """The Hub does not answer, fails, or asks to wait: what was got earlier may stand in."""


class HubBusyError(HubDownError):
    """The Hub asks to wait for so long that nobody should."""


def client(token: str) -> HfApi:
    """The Hub's client.

    Args:
        token: Sent along; '' sends none, not even one that the machine knows.
    """
    from huggingface_hub import HfApi  # half a second: not while the app starts

    return HfApi(token=token or False, library_name="router-playground")


@contextmanager
def in_words(source: HubSource, token: str) -> Iterator[None]:
    """Turns errors of the Hub's client into sentences, which quote neither token nor address.

    Raises:
        UnknownNameError: There is no such repository or revision, or it is not shown to us.
        BadInputError: The token is refused, or the repository wants its conditions accepted.
        HubDownError: The Hub cannot be reached, fails, or asks to wait.
    """
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    try:
        yield
    except HfHubHTTPError as error:
        raise _refusal(error, source, token) from None  # the cause holds the request, and with it the token
    except (httpx2.HTTPError, ConnectionError, TimeoutError) as error:
        raise HubDownError(
            f"The Hub cannot be reached ({type(error).__name__}).", "Check the network, or try again later."
        ) from None
    except ValueError as error:
        raise HubDownError(
            f"The Hub's answer for {source.repo_id} cannot be read ({type(error).__name__}).", "Try again later."
        ) from None


def _refusal(
    error: HfHubHTTPError, source: HubSource, token: str
) -> UnavailableError | UnknownNameError | BadInputError:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    status = error.response.status_code if error.response is not None else 0
    if isinstance(error, GatedRepoError):
        return BadInputError(
            f"{source.repo_id} is open only to who has accepted its conditions.",
            "Accept them on its page of the Hub, and give a token of that account.",
        )
    if isinstance(error, RevisionNotFoundError):
        return UnknownNameError(
            f"{source.repo_id} has no revision “{source.revision}”.", "Name a branch, a tag or a commit that it has."
        )
    if status == _UNAUTHORISED and token and not isinstance(error, RepositoryNotFoundError):
        return BadInputError("The Hub does not accept the token.", "Copy it again from the Hub's settings.")
    if isinstance(error, RepositoryNotFoundError) or status in {_UNAUTHORISED, _FORBIDDEN, 404}:
        mend = (
            "Check the id, and that the token may read it."
            if token
            else "Check the id; a private model needs a token that may read it."
        )
        return UnknownNameError(f"The Hub shows no model {source.repo_id}.", mend)
    if status == _BUSY:
        return HubBusyError("The Hub asks to wait (429).", f"Try again {_after(error)}.")
    if status >= _SERVER_ERROR or status == 0:
        return HubDownError(f"The Hub fails ({status}).", "Try again later.")
    return UnavailableError(f"The Hub refuses {source.repo_id} ({status}).", "Check the id and the revision.")


def _after(error: HfHubHTTPError) -> str:
    seconds = retry_after_s(error)
    return "in a few minutes" if seconds is None else f"in {seconds:g} s"


def retry_after_s(error: HfHubHTTPError) -> float | None:
    """How long the Hub asks to wait, in seconds; None where it does not say."""
    said = "" if error.response is None else error.response.headers.get("retry-after", "")
    return float(said) if said.isdecimal() else None
