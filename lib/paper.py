"""A text of ours as a PDF: headings, paragraphs, items and rows, A4, numbered pages, one line at each foot."""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape
from io import BytesIO
from pathlib import Path

from django.conf import settings
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

_BLOCK = re.compile(r"<(h2|h3|p|li|tr)\b[^>]*>(.*?)</\1>", re.DOTALL)
_CELL = re.compile(r"</t[hd]>\s*<t[hd][^>]*>")
_NUMBER = re.compile(r'<a [^>]*aria-label="Promise \d+"[^>]*>(\d+)</a>')
_TAG = re.compile(r"<[^>]+>")
_MARK = "\x00"  # around what stands raised
# Latin, Greek, Cyrillic and more; may be embedded. A PDF holds the letters that it uses.
_FONTS = {"DejaVu": "DejaVuSans.ttf", "DejaVu-Bold": "DejaVuSans-Bold.ttf"}
_PLAIN = str.maketrans({"\u202f": "\u00a0", "\u2009": "\u00a0"})


def pdf_of(title: str, html: str, *, foot: str) -> bytes:
    """The same words on paper. The same text always makes the same bytes."""
    looks = styles()
    story = [Paragraph(escape(title), looks["h1"])]
    for block, content in _BLOCK.findall(html):
        if words := _words(content):
            story.append(Paragraph(words, looks[block], bulletText="•" if block == "li" else None))
    out = BytesIO()
    paper = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        topMargin=20 * mm,
        bottomMargin=22 * mm,
        title=title,
        invariant=1,
    )
    at_foot = footed(foot)
    paper.build(story, onFirstPage=at_foot, onLaterPages=at_foot)
    return out.getvalue()


def _words(content: str) -> str:
    marked = _NUMBER.sub(rf"{_MARK}\1{_MARK}", _CELL.sub(" · ", content))
    plain = escape(" ".join(unescape(_TAG.sub("", marked)).translate(_PLAIN).split()))
    return re.sub(rf"{_MARK}(\d+){_MARK}", r'<super size="6">\1</super>', plain)


def footed(foot: str):  # type: ignore[no-untyped-def]
    """What draws this line, and the page's number, at the foot of a page."""

    def draw(canvas: Canvas, paper: SimpleDocTemplate) -> None:
        canvas.setFont("DejaVu", 6.5)
        canvas.drawString(22 * mm, 12 * mm, foot.translate(_PLAIN))
        canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, str(paper.page))

    return draw


@cache
def styles() -> dict[str, ParagraphStyle]:
    folder = Path(settings.BASE_DIR) / "node_modules" / "dejavu-fonts-ttf" / "ttf"
    for name, file in _FONTS.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    text = ParagraphStyle("p", fontName="DejaVu", fontSize=9, leading=13.5, spaceAfter=5)
    bold = {"fontName": "DejaVu-Bold", "keepWithNext": 1}
    return {
        "h1": ParagraphStyle("h1", text, fontSize=17, leading=22, spaceAfter=10, **bold),
        "h2": ParagraphStyle("h2", text, fontSize=11.5, leading=15, spaceBefore=10, **bold),
        "h3": ParagraphStyle("h3", text, fontSize=9.5, spaceBefore=6, **bold),
        "p": text,
        "li": ParagraphStyle("li", text, leftIndent=12, bulletIndent=2),
        "tr": ParagraphStyle("tr", text, fontSize=7.5, leading=10.5),
    }
