from __future__ import annotations

from pathlib import Path

import pytest

from errors import BadInputError
from llms.attachment import MAX_FILE_BYTES, ImageAttachment, PdfAttachment, read_attachment
from tests.llms.attached_files import pdf, photo


def refusal(file: str | Path | bytes, name: str | None = None) -> BadInputError:
    with pytest.raises(BadInputError) as raised:
        read_attachment(file, name)
    return raised.value


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_images_are_known_by_their_content(image_format: str) -> None:
    attachment = read_attachment(photo(image_format), "holiday")
    assert isinstance(attachment, ImageAttachment)
    assert attachment.kind == "image"
    assert (attachment.width, attachment.height) == (40, 30)


def test_pdfs_are_known_by_their_content() -> None:
    attachment = read_attachment(b"\n" + pdf(["Hello"]))
    assert isinstance(attachment, PdfAttachment)
    assert attachment.kind == "pdf"
    assert attachment.text == "Hello"


def test_a_file_is_read_from_its_path_and_named_after_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.png"
    path.write_bytes(photo())
    assert read_attachment(path).name == "plan.png"
    assert read_attachment(str(path), "other.png").name == "other.png"


def test_an_image_of_another_kind_than_its_name_says_is_taken_with_a_note() -> None:
    assert read_attachment(photo("WEBP"), "photo.jpg").note == "It is a WEBP in spite of its name."
    assert read_attachment(photo("JPEG"), "photo.jpeg").note == ""


@pytest.mark.parametrize(
    ("data", "name", "what"),
    [
        (b"<html><script>alert(1)</script>", "photo.png", "photo.png is no PNG file in spite of its name"),
        (b"MZ\x90\x00 not a picture", "photo.jpg", "photo.jpg is no JPEG file in spite of its name"),
        (b"PK\x03\x04 a document", "paper.pdf", "paper.pdf is no PDF file in spite of its name"),
        (pdf(["Hello"]), "photo.png", "photo.png is a PDF file in spite of its name"),
        (photo(), "paper.pdf", "paper.pdf is a PNG file in spite of its name"),
        (b"plain text", "notes.txt", "notes.txt is neither an image nor a PDF"),
        (b"II*\x00 a TIFF", "scan.tiff", "scan.tiff is neither an image nor a PDF"),
        (b"", "photo.png", "photo.png is empty"),
    ],
)
def test_what_a_file_is_not_is_said(data: bytes, name: str, what: str) -> None:
    error = refusal(data, name)
    assert error.what.startswith(what)
    assert "PNG, JPEG, WebP, GIF or PDF" in error.mend


def test_a_file_of_50_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "film.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(50 * 1024**2)
    error = refusal(path)
    assert error.what == "film.pdf has 50 MB."
    assert error.mend == "Attach a file of at most 20 MB."
    assert "MB" in refusal(bytes(MAX_FILE_BYTES + 1), "zeros.png").what


def test_a_file_that_is_gone_or_a_folder_is_said(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "gone.png").what
    assert "folder could not be read" in refusal(tmp_path, "folder").what


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/plan.png", "plan.png"),
        ("C:\\Users\\ann\\plan.png", "plan.png"),
        ("gnp.‮plan\n\x00.png", "gnp.plan.png"),
        ("", "The attachment"),
        ("a" * 300 + ".png", "a" * 75 + "….png"),
    ],
)
def test_names_are_made_fit_to_be_shown(name: str, shown: str) -> None:
    attachment = read_attachment(photo(), name)
    assert attachment.name == shown
    assert len(attachment.name) <= 80


def test_content_does_not_fill_logs() -> None:
    assert "data=" not in repr(read_attachment(photo(), "plan.png"))
    assert "Hello" not in repr(read_attachment(pdf(["Hello"]), "plan.pdf"))
