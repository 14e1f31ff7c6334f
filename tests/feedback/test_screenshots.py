"""Screenshots: only pixels get through, and only moderators see them."""

import io
import struct
import time
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from feedback import pictures
from feedback.models import Report, Screenshot
from tests.feedback.test_reporting import said

SCRIPT = b"<script>alert(1)</script>"


def picture(format: str = "PNG", size=(120, 80), **more) -> bytes:
    out = io.BytesIO()
    Image.new(more.pop("mode", "RGB"), size, more.pop("color", "teal")).save(out, format, **more)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, pixels: bytes, *more: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [
        chunk(b"IHDR", head),
        *more,
        chunk(b"IDAT", zlib.compress(pixels, 9)),
        chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("screenshot.png", bytes(50_000_000))
    return out.getvalue()


def upload(data: bytes, name: str = "screen.png", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, kind)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_screenshot_is_made_anew(loaded, client, make_report, format):
    report = make_report(screenshot=upload(picture(format)))
    kept = Image.open(io.BytesIO(bytes(report.screenshot.data)))
    assert (kept.format, kept.size) == ("JPEG", (120, 80))
    assert (report.screenshot.width, report.screenshot.height) == (120, 80)


def test_nothing_but_pixels_is_kept(loaded, make_report):
    text = chunk(b"tEXt", b"Comment\0" + SCRIPT)
    report = make_report(screenshot=upload(png(2, 1, b"\0" + b"\xff\0\0" * 2, text)))
    assert SCRIPT not in bytes(report.screenshot.data)
    exif = Image.Exif()
    exif[0x010E] = "at home, 37.5 N 127 E"
    report = make_report(screenshot=upload(picture("JPEG", exif=exif)))
    assert b"at home" not in bytes(report.screenshot.data)


def test_what_can_be_seen_through_becomes_white(loaded, make_report):
    report = make_report(screenshot=upload(picture("PNG", mode="RGBA", color=(0, 0, 0, 0))))
    assert Image.open(io.BytesIO(bytes(report.screenshot.data))).getpixel((5, 5)) == (255, 255, 255)


def test_a_large_screenshot_is_made_smaller(loaded, make_report):
    report = make_report(screenshot=upload(picture("PNG", size=(4800, 2700))))
    assert (report.screenshot.width, report.screenshot.height) == (2400, 1350)


HIDDEN = "Something else is hidden in that file, behind the picture."
NO_PICTURE = "That is no picture: send a screenshot as PNG, JPEG or WebP."


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda: zip_bomb(), NO_PICTURE),
        (lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>", NO_PICTURE),
        (lambda: b"<!doctype html>" + SCRIPT, NO_PICTURE),
        (lambda: picture("GIF"), NO_PICTURE),
        (lambda: picture("TIFF"), NO_PICTURE),
        (lambda: b"%PDF-1.7\n" + picture(), NO_PICTURE),
        (lambda: picture("PNG") + zip_bomb(), HIDDEN),
        (lambda: picture("JPEG") + SCRIPT, HIDDEN),
        (lambda: picture("JPEG") + zip_bomb() + b"\xff\xd9", HIDDEN),
        (lambda: picture("WEBP") + SCRIPT, HIDDEN),
        (lambda: png(60_000, 60_000, b"\0" * 1000), "That picture has too many pixels."),
        (lambda: png(5000, 5000, bytes(15001) * 5000), "That picture has too many pixels."),
        (lambda: picture("PNG", size=(4097, 4096)), "That picture has too many pixels."),
        (lambda: png(40, 40, b"\0\1"), "That picture is damaged."),
        (lambda: picture("JPEG", size=(400, 400))[:900], HIDDEN),
        (lambda: picture() + bytes(pictures.LARGEST), "That file is larger than 5 MB."),
        (lambda: b"\x89PNG\r\n\x1a\n", NO_PICTURE),
    ],
)
def test_what_is_no_plain_picture_is_refused_clearly(loaded, client, send, data, words):
    answer = send(client, screenshot=upload(data()))
    assert words in said(answer)
    assert answer.status_code == 422
    assert (Report.objects.count(), Screenshot.objects.count()) == (0, 0)


def test_a_bomb_is_refused_before_it_is_unpacked(loaded):
    bomb = png(30_000, 30_000, bytes(90_001) * 3_000)
    began = time.process_time()
    with pytest.raises(pictures.BadPicture):
        pictures.made_anew(bomb)
    assert time.process_time() - began < 0.1


def test_a_picture_with_more_data_than_pixels_costs_no_more(loaded):
    """A small picture whose data unpacks to 270 MB: what no pixel needs is never unpacked."""
    began = time.process_time()
    made = pictures.made_anew(png(10, 10, bytes(270_000_000)))
    assert (made.width, made.height) == (10, 10)
    assert time.process_time() - began < 3  # most of it is making the file


@pytest.mark.parametrize("kind", ["guest", "learner"])
def test_only_moderators_see_a_screenshot(loaded, alice, client_of, make_report, kind):
    report = make_report(screenshot=upload(picture()))
    client = client_of(alice) if kind == "learner" else Client()
    answer = client.get(f"/admin/feedback/report/{report.pk}/screenshot/")
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]
    state = client.get(report.get_absolute_url()).content.decode()
    assert "<img" not in state


def test_a_moderator_sees_it_and_nobody_keeps_it(loaded, mod, client_of, make_report):
    report = make_report(screenshot=upload(picture()))
    answer = client_of(mod).get(f"/admin/feedback/report/{report.pk}/screenshot/")
    assert answer["Content-Type"] == "image/jpeg"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content == bytes(report.screenshot.data)


def test_staff_without_the_permission_does_not_see_it(loaded, make_learner, client_of, make_report):
    report = make_report(screenshot=upload(picture()))
    clerk = make_learner("clerk@example.org", is_staff=True)
    assert (
        client_of(clerk).get(f"/admin/feedback/report/{report.pk}/screenshot/").status_code == 403
    )
