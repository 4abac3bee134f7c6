from __future__ import annotations

import base64
import contextlib
import io
import struct
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import GifImagePlugin, Image, PngImagePlugin

from errors import BadInputError, PlaygroundError, UnavailableError
from llms import images
from llms.attachment import ImageAttachment, content_of, read_attachment
from llms.images import MAX_BYTES, MAX_SIDE
from tests.llms.attached_files import encoded, photo


def read(data: bytes, name: str = "photo") -> ImageAttachment:
    attachment = read_attachment(data, name)
    assert isinstance(attachment, ImageAttachment)
    return attachment


def pixels(attachment: ImageAttachment) -> Image.Image:
    image = Image.open(io.BytesIO(attachment.data))
    image.load()
    assert Image.MIME[image.format or ""] == attachment.media_type
    assert image.size == (attachment.width, attachment.height)
    return image


def png_header(width: int, height: int) -> bytes:
    """A PNG of that size whose pixels are missing: decoding them would fail, not refuse."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (header, data, b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_picture_stays_the_same(image_format: str) -> None:
    attachment = read(photo(image_format))
    image = pixels(attachment).convert("RGB")
    left, right = image.getpixel((5, 15)), image.getpixel((35, 15))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 200 > 60 > left[2]
    assert right[2] > 200 > 60 > right[0]
    assert attachment.media_type == ("image/jpeg" if image_format == "JPEG" else "image/png")


def test_a_data_uri_holds_the_image() -> None:
    attachment = read(photo())
    head, _, body = attachment.data_uri.partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == attachment.data


@pytest.mark.parametrize(
    "size", [(20_000, 20_000), (10_000, 10_000), (7_072, 7_072), (2**31 - 1, 1_000), (50_000_001, 1)]
)
def test_a_bomb_is_refused_from_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(BadInputError, match=r"too many pixels.*50 million.*Scale it down"):
        read(png_header(*size))


def test_a_bomb_that_is_sound_is_refused_as_well() -> None:
    data = encoded(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(data) < 100_000
    with pytest.raises(BadInputError, match="too many pixels"):
        read(data)


def test_a_header_without_pixels_is_damaged() -> None:
    with pytest.raises(BadInputError, match="is damaged"):
        read(png_header(100, 100))


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7])
def test_truncated_images_are_damaged(image_format: str, share: float) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    data = encoded(noise, image_format)
    with pytest.raises(BadInputError) as raised:
        read(data[: max(16, int(len(data) * share))])
    assert raised.value.what == f"photo is damaged: its {image_format} data cannot be decoded."


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_image_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    image_format = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]))
    exif = Image.Exif()
    exif[0x0112] = 6
    broken = bytearray(photo(image_format, exif=exif))
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(12, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert read(bytes(broken)).data
    except PlaygroundError as error:
        assert error.mend


def test_the_first_frame_of_an_animation_is_kept_and_that_is_said() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    for image_format in ("GIF", "WEBP", "PNG"):
        attachment = read(encoded(frames[0], image_format, save_all=True, append_images=frames[1:]))
        assert attachment.note == "It is animated: LLMs get its first frame only."
        image = pixels(attachment)
        assert getattr(image, "n_frames", 1) == 1
        colour = image.convert("RGB").getpixel((4, 4))
        assert isinstance(colour, tuple)
        assert colour[0] > 200


def test_the_frames_of_an_animation_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    visited: list[int] = []
    seek = GifImagePlugin.GifImageFile._seek

    def watched(image: GifImagePlugin.GifImageFile, frame: int, update_image: bool = True) -> None:
        visited.append(frame)
        seek(image, frame, update_image)

    monkeypatch.setattr(GifImagePlugin.GifImageFile, "_seek", watched)
    frames = [Image.new("L", (8, 8), shade) for shade in range(60)]
    assert "animated" in read(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])).note
    assert max(visited) == 1


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_pictures_taken_sideways_are_turned_upright(image_format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the left of the data is the top of the scene
    attachment = read(photo(image_format, exif=exif))
    image = pixels(attachment).convert("RGB")
    assert image.size == (30, 40)
    top = image.getpixel((15, 5))
    assert isinstance(top, tuple)
    assert top[0] > 200


def test_unreadable_exif_is_said() -> None:
    attachment = read(photo("WEBP", exif=b"Exif\x00\x00 not a directory"))
    assert attachment.note == "Its EXIF data is damaged, so it may lie on its side."


def test_metadata_does_not_leave_the_house() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "Jane Doe")
    files = [
        photo("JPEG", exif=exif, comment=b"Jane Doe", icc_profile=b"profile of Jane"),
        photo("PNG", exif=exif, pnginfo=text, icc_profile=b"profile of Jane"),
        photo("WEBP", exif=exif, xmp=b"<x>Jane Doe</x>"),
        photo("GIF", comment=b"Jane Doe"),
    ]
    for data in files:
        assert b"Jane" in data or b"home" in data or b"iCCP" in data
        attachment = read(data)
        assert b"Jane" not in attachment.data
        assert b"home" not in attachment.data
        assert not set(pixels(attachment).info) & {"exif", "comment", "icc_profile", "xmp", "Author"}


def test_large_images_are_scaled_down_to_what_providers_take() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1_800, 3_000, 3), dtype=np.uint8)
    for image_format in ("JPEG", "PNG"):
        attachment = read(encoded(Image.fromarray(noise), image_format))
        assert pixels(attachment).size == (MAX_SIDE, round(1_800 * MAX_SIDE / 3_000))
        assert attachment.note == "It was scaled down from 3,000 × 1,800 pixels."
        assert len(attachment.data) <= MAX_BYTES
        assert attachment.media_type == "image/jpeg"


def test_a_line_of_pixels_survives_scaling() -> None:
    assert pixels(read(encoded(Image.new("L", (40_000, 1)), "PNG"))).size == (MAX_SIDE, 1)


def test_transparency_is_kept_or_put_on_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert pixels(read(encoded(clear, "PNG"))).getpixel((0, 0)) == (0, 0, 0, 0)
    noise = np.random.default_rng(0).integers(0, 256, (1_500, 1_500, 4), dtype=np.uint8)
    noise[:200, :, 3] = 0
    data = encoded(Image.fromarray(noise), "WEBP", quality=60)
    attachment = read(data)
    assert attachment.media_type == "image/jpeg"
    corner = pixels(attachment).getpixel((700, 90))
    assert isinstance(corner, tuple)
    assert min(corner) > 240


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK"])
def test_every_colour_mode_is_read(mode: str) -> None:
    image = Image.new("RGB", (8, 8), "white").convert(mode)
    attachment = read(encoded(image, "JPEG" if mode == "CMYK" else "PNG"))
    colour = pixels(attachment).convert("RGB").getpixel((4, 4))
    assert isinstance(colour, tuple)
    assert min(colour) > 250


def test_sixteen_bits_of_grey_are_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65_535, 256).astype(np.uint16).reshape(1, 256)
    grey = np.asarray(pixels(read(encoded(Image.fromarray(ramp), "PNG"))).convert("L"))[0]
    assert abs(grey.astype(int) - np.arange(256)).max() <= 1


def test_who_comes_when_all_decoders_are_busy_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_WAIT_S", 0.01)
    monkeypatch.setattr(images, "_decoders", threading.BoundedSemaphore(1))
    with images._decoders, pytest.raises(UnavailableError, match=r"Too many images.*Try again"):
        read(photo())
    for data in (png_header(100, 100), photo()):  # a failure does not keep its place
        with contextlib.suppress(BadInputError):
            read(data)


def test_a_file_is_read_only_when_it_is_its_turn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    read_bytes: list[int] = []

    def watched(file: Path | bytes, shown: str) -> bytes:
        content = content_of(file, shown)
        read_bytes.append(len(content))
        return content

    monkeypatch.setattr(images, "content_of", watched)
    monkeypatch.setattr(images, "_WAIT_S", 0.01)
    monkeypatch.setattr(images, "_decoders", threading.BoundedSemaphore(1))
    file = tmp_path / "photo.png"
    file.write_bytes(photo())
    with images._decoders, pytest.raises(UnavailableError):
        read_attachment(file)
    assert read_bytes == []
    assert read_attachment(file).name == "photo.png"
    assert read_bytes == [len(photo())]
