"""Images and PDFs made for tests, sound and unsound ones."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

from PIL import Image
from pypdf import PdfReader, PdfWriter


def encoded(image: Image.Image, image_format: str, **options: object) -> bytes:
    """An image as a file."""
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def photo(image_format: str = "PNG", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """An image whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return encoded(image, image_format, **options)


def pdf(texts: Sequence[str], contents: Sequence[bytes] = ()) -> bytes:
    """A PDF with one page per text, and further pages with the given content streams (deflated already)."""
    shown = (f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET" if text else "" for text in texts)
    streams = [*(zlib.compress(page.encode("latin-1")) for page in shown), *contents]
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for stream in streams:
        number = len(objects) + 1
        kids.append(f"{number + 1} 0 R")
        objects.append(b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(stream), stream))
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {number} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>".encode()
        )
    objects[1] = f"<</Type/Pages/Count {len(streams)}/Kids[{' '.join(kids)}]>>".encode()
    out, offsets = io.BytesIO(b"%PDF-1.5\n"), []
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj%b endobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return out.getvalue()


def encrypted(data: bytes, password: str, owner_password: str, algorithm: str) -> bytes:
    """The PDF under a password; '' opens without one, though changing it takes the owner's."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, owner_password, algorithm=algorithm)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
