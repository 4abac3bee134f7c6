"""Images that LLM APIs take: checked from the header on, turned upright, scaled down, encoded anew without metadata."""

from __future__ import annotations

import io
import struct
import threading
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from errors import BadInputError, UnavailableError
from llms.attachment import ImageAttachment, content_of

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 50_000_000
"""More are refused from the header, before pixels are decoded: a 48-megapixel photo passes, a bomb does not."""

MAX_SIDE = 2048
"""Pixels of the longer side that are kept; providers scale larger images down themselves."""

MAX_BYTES = 2_800_000
"""Longest encoded image: with it as base64 a request stays below 4 MB, the lowest limit among providers (Groq's)."""

_JPEG_QUALITIES = (90, 75, 60, 40)
_AT_ONCE = 2
_WAIT_S = 30.0
_decoders = threading.BoundedSemaphore(_AT_ONCE)  # 50 million pixels take up to 400 MB while they are decoded

_MALFORMED = (OSError, SyntaxError, ValueError, EOFError, ArithmeticError, LookupError, TypeError)
"""What Pillow raises on files that are not what they seem, beside errors of struct and zlib."""


def read_image(file: Path | bytes, name: str, image_format: str, note: str = "") -> ImageAttachment:
    """Reads an image; of an animation the first frame.

    Args:
        file: The file, or its content; a file is read when it is its turn, so that those that wait take no memory.
        name: What the user knows it by.
        image_format: Pillow's name of the format that the content claims; no other decoder is tried.
        note: A sentence about the file that goes before the notes made here.

    Raises:
        BadInputError: It is broken, or has too many pixels.
        UnavailableError: Too many images are being decoded at the moment.
    """
    from PIL import Image

    if not _decoders.acquire(timeout=_WAIT_S):
        raise UnavailableError("Too many images are being read at the moment.", "Try again in a minute.")
    try:
        with Image.open(io.BytesIO(content_of(file, name)), formats=[image_format]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_many_pixels(name, f"{image.width:,} × {image.height:,} are more than")
            return _encode(image, name, note)
    except Image.DecompressionBombError as error:  # Pillow's own limit, above ours
        raise _too_many_pixels(name, "far more than") from error
    except (*_MALFORMED, struct.error, zlib.error) as error:
        raise BadInputError(
            f"{name} is damaged: its {image_format} data cannot be decoded.",
            "Open it in an image viewer and save it again, or attach a screenshot of it.",
        ) from error
    finally:
        _decoders.release()


def _encode(image: Image.Image, name: str, note: str) -> ImageAttachment:
    """Decodes the pixels and encodes them anew; nothing but pixels is carried over."""
    notes = [note] if note else []
    if getattr(image, "is_animated", False):  # looks at two frames at most, where counting them walks all
        notes.append("It is animated: LLMs get its first frame only.")
    size, source = image.size, image.format
    orientation = _orientation(image)
    if orientation is None:
        notes.append("Its EXIF data is damaged, so it may lie on its side.")
    if source == "JPEG":
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # decodes a large photo at a fraction of its size
    pixels = _bare_pixels(image)
    pixels.thumbnail((MAX_SIDE, MAX_SIDE))
    if max(size) > MAX_SIDE:
        notes.append(f"It was scaled down from {size[0]:,} × {size[1]:,} pixels.")
    pixels = _turned(pixels, orientation or 1)
    data, media_type = _smallest(pixels, lossless=source != "JPEG")
    return ImageAttachment(name, media_type, data, pixels.width, pixels.height, " ".join(notes))


def _orientation(image: Image.Image) -> int | None:
    """How the camera was held, 1 to 8 as EXIF counts; None if that cannot be read."""
    from PIL import ExifTags

    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except (*_MALFORMED, struct.error):
        return None


def _bare_pixels(image: Image.Image) -> Image.Image:
    """The pixels in RGB, or RGBA where some are transparent, without what encoders would carry over."""
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip at 255 instead of scaling them
        import numpy as np

        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    bare = image.convert("RGBA" if image.has_transparency_data else "RGB")
    bare.info.clear()  # colour profile, comment, EXIF, XMP
    return bare


def _turned(pixels: Image.Image, orientation: int) -> Image.Image:
    from PIL import ExifTags, ImageOps

    exif = pixels.getexif()
    exif.clear()
    exif[ExifTags.Base.Orientation] = orientation
    turned = ImageOps.exif_transpose(pixels)
    turned.getexif().clear()
    turned.info.clear()
    return turned


def _smallest(pixels: Image.Image, *, lossless: bool) -> tuple[bytes, str]:
    """PNG where the file was lossless and stays small enough, else JPEG of the best quality that does."""
    if lossless:
        data = _encoded(pixels, "PNG")
        if len(data) <= MAX_BYTES:
            return data, "image/png"
    opaque = _on_white(pixels)
    for quality in _JPEG_QUALITIES:
        data = _encoded(opaque, "JPEG", quality=quality)
        if len(data) <= MAX_BYTES:
            break
    return data, "image/jpeg"


def _encoded(pixels: Image.Image, image_format: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    pixels.save(buffer, image_format, **options)
    return buffer.getvalue()


def _on_white(pixels: Image.Image) -> Image.Image:
    """JPEG has no transparency, and on black one would not see dark text."""
    from PIL import Image

    if pixels.mode != "RGBA":
        return pixels
    white = Image.new("RGB", pixels.size, "white")
    white.paste(pixels, mask=pixels)
    return white


def _too_many_pixels(name: str, size: str) -> BadInputError:
    return BadInputError(
        f"{name} has too many pixels: {size} {MAX_PIXELS // 1_000_000} million.",
        f"Scale it down to {MAX_SIDE:,} pixels a side and attach it again.",
    )
