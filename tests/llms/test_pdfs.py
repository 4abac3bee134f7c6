from __future__ import annotations

import os
import sys
import threading
import zlib
from pathlib import Path

import pytest

from errors import BadInputError, UnavailableError
from llms import pdfs
from llms.pdfs import read_pdf
from tests.llms.attached_files import encrypted, pdf

bounded = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits on memory and processor time")


def refusal(data: bytes, **limits: float) -> BadInputError:
    with pytest.raises(BadInputError) as raised:
        read_pdf(data, "paper.pdf", **limits)  # type: ignore[arg-type]
    return raised.value


def test_the_text_of_all_pages_in_order() -> None:
    read = read_pdf(pdf(["First page", "Second page"]), "paper.pdf")
    assert read.text == "First page\n\nSecond page"
    assert (read.name, read.pages, read.pages_read, read.characters) == ("paper.pdf", 2, 2, len(read.text))
    assert read.note == ""


def test_of_a_thousand_pages_the_first_hundred_are_read() -> None:
    read = read_pdf(pdf([f"page {number}" for number in range(1, 1_001)]), "book.pdf")
    assert (read.pages, read.pages_read) == (1_000, 100)
    assert read.text.endswith("page 100")
    assert read.note == "Only the first 100 pages of 1,000 were read: no more than 100 are read."


def test_long_text_is_cut_and_said_so() -> None:
    read = read_pdf(pdf(["word " * 100] * 9), "paper.pdf", max_characters=1_000)
    assert read.characters == len(read.text) <= 1_000
    assert read.pages_read < 9
    assert read.note == (
        "Only the first 3 pages of 9 were read: the text is long enough. The text is cut at 1,000 characters."
    )


def test_a_scanned_pdf_is_refused_with_the_way_out() -> None:
    error = refusal(pdf(["", ""]))
    assert error.what == "paper.pdf holds no text in its first 2 pages: it looks scanned."
    assert "OCR" in error.mend


def test_scanned_pages_among_others_are_counted() -> None:
    assert read_pdf(pdf(["text", ""]), "paper.pdf").note == "1 page without text, perhaps scanned, is left out."


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_with_a_password_is_refused_and_one_that_opens_without_is_read(algorithm: str) -> None:
    error = refusal(encrypted(pdf(["secret"]), "hush", "hush", algorithm))
    assert "is encrypted" in error.what
    assert "save a copy without" in error.mend
    assert read_pdf(encrypted(pdf(["not for print"]), "", "owner", algorithm), "paper.pdf").text == "not for print"


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"x" * 1_000, pdf(["Hello"])[:200], b"%PDF-1.7\n%\xff\xfe\x00" * 500, pdf([])],
    ids=["empty", "garbage", "truncated", "binary", "without pages"],
)
def test_a_damaged_pdf_is_refused(data: bytes) -> None:
    error = refusal(data)
    assert error.what == "paper.pdf is not a readable PDF: it is damaged or incomplete."
    assert "print it to a new PDF" in error.mend


def test_one_broken_page_leaves_the_others() -> None:
    bomb = zlib.compress(b" " * 200_000_000)  # more than the parser unpacks
    read = read_pdf(pdf(["Hello"], [bomb]), "paper.pdf")
    assert (read.text, read.pages_read) == ("Hello", 2)
    assert read.note == "1 page could not be read."
    assert refusal(pdf([], [bomb])).what == "No text could be read from the first 1 page of paper.pdf."


@bounded
def test_a_page_that_takes_too_long_ends_the_text_there() -> None:
    slow = zlib.compress(b"BT /F1 12 Tf (a) Tj ET " * 2_000_000)
    read = read_pdf(pdf(["Hello"], [slow]), "paper.pdf", max_cpu_s=2, timeout_s=60)
    assert (read.text, read.pages, read.pages_read) == ("Hello", 2, 1)
    assert read.note == "Page 2 of 2 takes too much time or memory: the text ends before it."
    error = refusal(pdf([], [slow]), max_cpu_s=2, timeout_s=60)
    assert error.what == "paper.pdf takes more time or memory to read than one PDF may."
    assert "Print the pages that matter" in error.mend


def test_the_clock_ends_a_reader_that_waits_for_something(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stuck = tmp_path / "stuck.py"
    said = 'json.dumps({"ready": True, "pages": 9}), json.dumps({"text": "Hello"})'
    stuck.write_text(f"import json, threading\nprint({said}, sep='\\n', flush=True)\nthreading.Event().wait()")
    monkeypatch.setattr(pdfs, "_WORKER", stuck)
    read = read_pdf(pdf(["Hello"]), "paper.pdf", timeout_s=3.0)
    assert (read.text, read.pages, read.pages_read) == ("Hello", 9, 1)
    assert read.note == "Page 2 of 9 takes too much time or memory: the text ends before it."


@bounded
def test_memory_is_bounded_and_this_process_does_not_grow() -> None:
    import psutil

    greedy = zlib.compress(b"BT /F1 12 Tf " + b"(a) " * 15_000_000 + b" Tj ET")
    before = psutil.Process().memory_info().rss
    read = read_pdf(pdf(["Hello"], [greedy]), "paper.pdf", max_memory_bytes=300 * 1024**2, max_cpu_s=60, timeout_s=60)
    assert read.text == "Hello"
    assert "1 page could not be read" in read.note or "too much time or memory" in read.note
    assert psutil.Process().memory_info().rss - before < 50 * 1024**2


def test_the_reading_process_gets_no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spy = tmp_path / "spy.py"
    said = 'print(json.dumps({"ready": True, "pages": 1, "text": repr(dict(os.environ)), "end": "done"}))'
    spy.write_text(f"import json, os\n{said}", encoding="utf-8")
    monkeypatch.setattr(pdfs, "_WORKER", spy)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-of-the-environment")
    assert "sk-test" not in read_pdf(pdf(["Hello"]), "paper.pdf").text
    assert "PATH" in os.environ


def test_several_at_once_take_turns() -> None:
    texts: dict[int, str] = {}

    def read(number: int) -> None:
        texts[number] = read_pdf(pdf([f"text {number}"]), "paper.pdf").text

    threads = [threading.Thread(target=read, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {number: f"text {number}" for number in range(5)}


def test_a_reader_that_does_not_start_is_not_blamed_on_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("import no_such_module", encoding="utf-8")
    monkeypatch.setattr(pdfs, "_WORKER", broken)
    with pytest.raises(UnavailableError, match="did not start"):
        read_pdf(pdf(["Hello"]), "paper.pdf")


def test_who_comes_when_all_readers_are_busy_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "_WAIT_S", 0.01)
    monkeypatch.setattr(pdfs, "_readers", threading.BoundedSemaphore(1))
    with pdfs._readers, pytest.raises(UnavailableError, match=r"Too many PDFs.*Try again"):
        read_pdf(pdf(["Hello"]), "paper.pdf")
    assert read_pdf(pdf(["Hello"]), "paper.pdf").text == "Hello"


def test_a_file_is_read_only_when_it_is_its_turn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "paper.pdf"
    monkeypatch.setattr(pdfs, "_WAIT_S", 0.01)
    monkeypatch.setattr(pdfs, "_readers", threading.BoundedSemaphore(1))
    with pdfs._readers, pytest.raises(UnavailableError):
        read_pdf(file, "paper.pdf")
    with pytest.raises(BadInputError, match="could not be read"):
        read_pdf(file, "paper.pdf")
    file.write_bytes(pdf(["Hello"]))
    assert read_pdf(file, "paper.pdf").text == "Hello"
