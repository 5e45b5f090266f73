"""What is handed in is what its content says from the first byte to the last; pictures are drawn anew."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from random import Random

import pytest
from PIL import Image

from tests.documents.media import box, mp3, mp4, ogg, picture, wav, webm
from zhibu.documents.media import kind_of
from zhibu.documents.pictures import LONGEST_SIDE, PictureFault, PictureRefused, drawn_anew


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("a.html", "<script>alert(1)</script>")
    return made.getvalue()


WHOLE = {
    "wav": wav(),
    "mp3": mp3(),
    "m4a": mp4(b"soun"),
    "mp4": mp4(),
    "ogg": ogg(),
    "webm": webm(),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_each_kind_is_known_by_its_content(kind):
    assert kind_of(WHOLE[kind]) == kind


def test_a_tag_before_the_first_frame_and_one_after_the_last_belong_to_a_recording():
    assert kind_of(mp3(tagged=True)) == "mp3"
    assert kind_of(mp3() + b"TAG" + bytes(125)) == "mp3"


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("behind", [zipped(), b"<script>alert(1)</script>", b"%PDF-1.7\n%%EOF"])
def test_what_goes_on_after_its_end_is_something_else_as_well_and_is_not_taken(kind, behind):
    assert kind_of(WHOLE[kind] + behind) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + bytes(40),
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script>",
        b"MZ" + bytes(200),
        zipped(),
        box(b"ftyp", b"isom") + box(b"html", b"<script>alert(1)</script>") + mp4()[20:],
        b"RIFF" + struct.pack("<I", 4) + b"WAVE<script>",
        struct.pack(">I", 2**31) + b"ftyp" + bytes(60),
        b"\xff\xfb\x50\xc4<script>alert(1)</script>" + bytes(400),
    ],
)
def test_what_is_none_of_them_is_not_taken(content):
    assert kind_of(content) is None


def test_a_million_boxes_cost_nothing():
    began = time.monotonic()
    assert kind_of(box(b"ftyp", b"isom") + box(b"moov", box(b"free") * 1_000_000)) is None
    assert time.monotonic() - began < 1


# --- Pictures ------------------------------------------------------------------------------------------------------


def test_a_photograph_is_drawn_small_and_upright_without_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # held sideways
    exif[0x010F] = "一部手机"
    exif.get_ifd(0x8825)[2] = (24.0, 30.0, 0.0)
    drawn = drawn_anew(picture(size=(4000, 3000), exif=exif, comment=b"secret"))
    assert (drawn.width, drawn.height) == (LONGEST_SIDE * 3 // 4, LONGEST_SIDE)
    again = Image.open(io.BytesIO(drawn.content))
    assert (again.format, dict(again.getexif()), "comment" in again.info) == ("JPEG", {}, False)
    assert b"secret" not in drawn.content


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_what_was_hidden_behind_a_picture_is_gone(kind):
    drawn = drawn_anew(picture(kind) + zipped() + b"<script>alert(1)</script>")
    assert b"script" not in drawn.content
    assert not zipfile.is_zipfile(io.BytesIO(drawn.content))
    assert (drawn.width, drawn.height) == (60, 40)


def test_what_is_transparent_becomes_white():
    made = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(made, "PNG")
    assert Image.open(io.BytesIO(drawn_anew(made.getvalue()).content)).getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + bytes(60),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"BM" + bytes(60),
        zipped(),
    ],
)
def test_no_picture_of_a_kind_that_is_taken_is_refused(content):
    with pytest.raises(PictureRefused) as refused:
        drawn_anew(content)
    assert refused.value.fault is PictureFault.UNKNOWN


def _png_of(width: int, height: int) -> bytes:
    def chunk(word: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + word + data + struct.pack(">I", zlib.crc32(word + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(min(height, 4000) * (1 + 3 * min(width, 4000))), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(20_000, 20_000), (8_000, 8_000), (60_000, 300)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(size):
    bomb = _png_of(*size)
    tracemalloc.start()
    began = time.monotonic()
    with pytest.raises(PictureRefused) as refused:
        drawn_anew(bomb)
    assert refused.value.fault is PictureFault.TOO_MANY_PIXELS
    assert time.monotonic() - began < 1
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()


def test_a_jpeg_of_a_thousand_passes_is_refused():
    with pytest.raises(PictureRefused) as refused:
        drawn_anew(picture(progressive=True) + b"\xff\xda" * 1000)
    assert refused.value.fault is PictureFault.TOO_MANY_PIXELS


def test_a_picture_that_is_cut_off_is_refused():
    with pytest.raises(PictureRefused) as refused:
        drawn_anew(picture("PNG", (400, 400))[:200])
    assert refused.value.fault is PictureFault.BROKEN


def test_a_large_screenshot_is_no_jpeg_of_many_passes():
    """In megabytes of PNG the two bytes that begin a pass of a JPEG stand by chance, again and again."""
    noise = io.BytesIO()
    Image.frombytes("RGB", (1800, 1300), Random(5).randbytes(1800 * 1300 * 3)).save(noise, "PNG", compress_level=1)
    assert noise.getvalue().count(b"\xff\xda") > 64
    assert drawn_anew(noise.getvalue()).width == LONGEST_SIDE
