"""What people paste, and what must not get through."""

import pytest

from errors import BadInputError
from router_models.hub.source import HubSource, is_plain_path, parse_source


@pytest.mark.parametrize(
    ("text", "repo_id", "revision"),
    [
        ("owner/name", "owner/name", ""),
        ("  owner/name \n", "owner/name", ""),
        ("owner/name@v1.0", "owner/name", "v1.0"),
        ("owner/name@refs/pr/3", "owner/name", "refs/pr/3"),
        ("hf://owner/name@main", "owner/name", "main"),
        ("hf://models/owner/name", "owner/name", ""),
        ("https://huggingface.co/owner/name", "owner/name", ""),
        ("https://huggingface.co/owner/na_me.v2/tree/main", "owner/na_me.v2", "main"),
        ("https://hf.co/owner/name/blob/abc123/config.json", "owner/name", "abc123"),
        ("https://huggingface.co/owner/name?library=transformers#usage", "owner/name", ""),
    ],
)
def test_ids_and_addresses_are_read(text: str, repo_id: str, revision: str) -> None:
    assert parse_source(text) == HubSource(repo_id, revision)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "../../etc/passwd",
        "owner/..",
        "owner/../secrets",
        "owner/name/../../x",
        "/owner",
        "owner/na me",
        "owner/name\0",
        "owner\\name",
        "owner/name.git",
        "owner/a--b",
        "own er/name",
        "owner/name/more",
        "file:///etc/passwd",
        "https://example.org/owner/name",
        "https://huggingface.co.example.org/owner/name",
        "https://user@example.org/owner/name",
        "https://[::1/owner/name",
        "https://huggingface.co/datasets/owner/name",
        "ｏwner/name",
        "a/" + "b" * 200,
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(BadInputError, match=r"owner/name|id of a model"):
        parse_source(text)


@pytest.mark.parametrize("revision", ["../main", "a/../../b", "-x", "a b", "a//b", "x" * 200])
def test_revisions_with_tricks_are_refused(revision: str) -> None:
    with pytest.raises(BadInputError, match="not a revision"):
        parse_source(f"owner/name@{revision}")


def test_a_commit_is_pinned_and_a_branch_is_not() -> None:
    assert HubSource("a/b", "0" * 40).pinned
    assert not HubSource("a/b", "main").pinned
    assert str(HubSource("a/b", "main")) == "a/b@main"
    assert str(HubSource("a/b")) == "a/b"


@pytest.mark.parametrize("name", ["config.json", "onnx/model.onnx", "a b.json", "größe.json"])
def test_plain_paths_stay_in_their_folder(name: str) -> None:
    assert is_plain_path(name)


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "C:\\x", "a\\..\\b", "a:b", "a\0b", "x" * 300]
)
def test_other_paths_do_not(name: str) -> None:
    assert not is_plain_path(name)
