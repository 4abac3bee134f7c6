"""Keys of a session are checked, kept apart from other sessions', and never shown, copied out or quoted."""

import copy
import pickle
import traceback

import pytest
from pydantic import SecretStr

from errors import BadInputError
from llms.catalogue import Catalogue
from llms.endpoint import Endpoint
from llms.keys import Keys

SECRET = "sk-very-secret"  # noqa: S105  it opens nothing


def test_a_key_is_stripped_replaced_and_taken_away() -> None:
    empty = Keys()
    keys = empty.with_key("openai", f"  {SECRET}\r\n").with_key("groq", "gsk")
    key = keys.key("openai")
    assert key is not None
    assert key.get_secret_value() == SECRET
    assert empty.providers == ()
    assert keys.providers == ("openai", "groq")
    assert keys.with_key("openai", "  ").providers == ("groq",)
    assert keys.session == empty.session != Keys().session


@pytest.mark.parametrize("typed", [f"{SECRET}\nx", f"{SECRET}\x00", f"{SECRET}’", "sk " * 1000])
def test_what_is_no_key_is_refused_without_quoting_it(typed: str) -> None:
    with pytest.raises(BadInputError) as caught:
        Keys().with_key("openai", typed)
    assert "sk" not in "".join(traceback.format_exception(caught.value)).partition("BadInputError")[2]
    assert caught.value.__cause__ is None


def test_nothing_is_shown_or_copied_out() -> None:
    keys = Keys().with_key("openai", SECRET).with_endpoint(Endpoint("https://a.example/v1", "m", key=SecretStr(SECRET)))
    assert SECRET not in repr((keys, keys.endpoints)) + str(keys)
    assert copy.deepcopy(keys) is keys
    assert copy.copy(keys) is keys
    stored = pickle.dumps(keys)
    assert SECRET.encode() not in stored
    assert pickle.loads(stored).providers == ()  # noqa: S301  our own bytes


def test_own_endpoints_join_the_session_s_catalogue(catalogue: Catalogue) -> None:
    keys = Keys().with_endpoint(Endpoint("https://a.example/v1", "qwen3:4b", title="Qwen at home"))
    joined = keys.catalogue(catalogue)
    assert joined.ids == (*catalogue.ids, "own:qwen-at-home")
    assert joined["own:qwen-at-home"].model == "qwen3:4b"
    assert keys.without_endpoint("own:qwen-at-home").catalogue(catalogue) is catalogue
    again = keys.with_endpoint(Endpoint("https://b.example/v1", "other", title="Qwen at home"))
    assert list(again.endpoints) == ["own:qwen-at-home"]


def test_endpoints_are_bounded() -> None:
    keys = Keys()
    with pytest.raises(BadInputError, match="already 8"):
        for number in range(9):
            keys = keys.with_endpoint(Endpoint("https://a.example/v1", f"m{number}"))
