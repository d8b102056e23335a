"""Pictures from outside, drawn anew: what leaves here was written by us, pixel by pixel.

Metadata, further frames, what hides behind the picture's end or in its colour profile: nothing of it comes through.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from accounts.files.content import PNG
from accounts.files.purposes import Unwelcome

MOST_PIXELS = 16_000_000  # decoded, four bytes each
LONGEST_SIDE = 10_000
HUGE = (
    f"The picture has more pixels than we unpack: {MOST_PIXELS // 1_000_000} million at most, "
    f"and {LONGEST_SIDE:,} on its longer side. Make it smaller and try again."
)
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MEDIA_TYPE = PNG


def redrawn(data: bytes, box: tuple[int, int]) -> bytes:
    """The picture as a PNG that fits into ``box``, upright, never enlarged. Raises Unwelcome."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            with Image.open(io.BytesIO(data), formats=_FORMATS) as found:
                _refuse_huge(found.size)
                found.draft("RGB", box)
                found.load()
                upright = ImageOps.exif_transpose(found)
                picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Unwelcome:
        raise
    except Image.DecompressionBombError:
        raise Unwelcome(HUGE) from None
    except Exception as trouble:  # Pillow's decoders raise whatever a broken file makes them
        raise Unwelcome("This picture is damaged: we could not read it to its end. Save it anew and try again.") from (
            trouble
        )
    picture.thumbnail(box, Image.Resampling.LANCZOS)
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of a picture that we drew."""
    with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
        return picture.size


def _refuse_huge(size: tuple[int, int]) -> None:
    """By what the picture says of itself, before it is unpacked."""
    width, height = size
    if width * height > MOST_PIXELS or max(size) > LONGEST_SIDE:
        raise Unwelcome(HUGE)
