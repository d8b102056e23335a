"""What a file is, by its content; and pictures, of which nothing that was sent comes through."""

import io
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from accounts.files import content, pictures
from accounts.files.purposes import Purpose, Unwelcome, purpose_named

PAYLOAD = b"<script>alert(document.cookie)</script>%PDF-1.7 PK\x03\x04<?php MZ\x90"
BOX = (64, 64)


def picture(kind="PNG", size=(80, 40), mode="RGB", colour=(200, 30, 90), **more):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **more)
    return out.getvalue()


SAMPLES = {kind: picture(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP")}


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        *((data, f"image/{kind.lower()}") for kind, data in SAMPLES.items()),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", content.SVG),
        (b"<?xml version='1.0'?>\n<!-- drawn --><svg onload='x()'>", content.SVG),
        ("<svg>".encode("utf-16"), content.SVG),
        (b"\xef\xbb\xbf \n<!DOCTYPE html>", content.HTML),
        (b"<ScRiPt>", content.HTML),
        (b"%PDF-1.7", content.PDF),
        (b"\n" * 900 + b"%PDF-1.7", content.PDF),
        (b"PK\x03\x04", content.ZIP),
        (b"BEGIN:VCARD\r\n", content.CARD),
        (b"Name;E-mail\r\nMaren;", content.TEXT),
        ("Näme;Straße".encode("cp1252"), content.TEXT),
        ("Name;Ort".encode("utf-16"), content.TEXT),
        (b"", content.TEXT),
        (b"MZ\x90\x00\x03", content.UNKNOWN),
        (b"\x00\x01\x02", content.UNKNOWN),
    ],
)
def test_content_says_what_it_is(start, kind):
    assert content.media_type(start) == kind


@given(st.binary(max_size=200))
@example(b"%PDF-")
def test_every_beginning_has_words_for_people(start):
    assert content.WORDS[content.media_type(start)]


@given(st.sampled_from(sorted(SAMPLES)), st.binary(max_size=300), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_polyglot_gets_through(kind, more, behind):
    """Whatever hides behind, inside or before a picture: it is refused, or nothing of it is left."""
    data = SAMPLES[kind] + PAYLOAD + more if behind else PAYLOAD + SAMPLES[kind] + more
    if content.media_type(data) not in content.PICTURES:
        return  # refused by its type
    clean = pictures.redrawn(data, BOX)
    assert clean.startswith(b"\x89PNG")
    assert clean.endswith(b"IEND\xaeB\x60\x82")
    assert chunks_of(clean) <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
    assert PAYLOAD not in clean


def chunks_of(png):
    """The names of all parts of a PNG; what stands between or behind them is an error."""
    names, at = set(), 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        names.add(png[at + 4 : at + 8])
        end = at + 8 + length
        assert zlib.crc32(png[at + 4 : end]) == int.from_bytes(png[end : end + 4], "big")
        at += 12 + length
    assert at == len(png)
    return names


def test_words_and_places_in_a_picture_are_gone():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "taken at home")
    exif = Image.Exif()
    exif[0x010E] = "Alice at 55.68, 12.57"
    for data in (picture(pnginfo=notes), picture("JPEG", exif=exif), picture("WEBP", exif=exif)):
        clean = pictures.redrawn(data, BOX)
        assert b"home" not in clean
        assert b"Alice" not in clean
        with Image.open(io.BytesIO(clean)) as image:
            assert (image.info, dict(image.getexif())) == ({}, {})


def test_a_picture_is_turned_upright_and_fits_its_box():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    clean = pictures.redrawn(picture("JPEG", size=(400, 200), exif=exif), (64, 64))
    assert pictures.size_of(clean) == (32, 64)
    assert pictures.size_of(pictures.redrawn(picture(size=(8, 8)), (64, 64))) == (8, 8)  # never enlarged


def test_what_can_be_seen_through_stays_so():
    clean = pictures.redrawn(picture(mode="RGBA", colour=(0, 0, 0, 0)), BOX)
    with Image.open(io.BytesIO(clean)) as image:
        assert image.getpixel((0, 0))[3] == 0


def bomb(width, height):
    """A PNG that says it is huge; its few bytes never unpack to that."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    part = lambda name, data: len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")  # noqa: E731
    rest = part(b"IDAT", zlib.compress(b"\0" * 100)) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + rest


@pytest.mark.parametrize(("width", "height"), [(4001, 4000), (60_000, 60_000), (1, 10_001)])
def test_a_bomb_is_refused_before_it_is_unpacked(width, height):
    with pytest.raises(Unwelcome, match="16 million at most"):
        pictures.redrawn(bomb(width, height), BOX)


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_a_picture_that_is_cut_off_says_so(kind):
    with pytest.raises(Unwelcome, match="damaged"):
        pictures.redrawn(SAMPLES[kind][: len(SAMPLES[kind]) // 2], BOX)


def test_an_unknown_purpose_shows_nothing():
    assert purpose_named("no such") is None
    assert Purpose("x", box=(1, 1)).made_as == ""
