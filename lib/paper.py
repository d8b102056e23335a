"""A text of ours as a PDF: headings, paragraphs, items and rows, A4, numbered pages, one line at each foot."""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape
from io import BytesIO
from pathlib import Path

import reportlab
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
_FONTS = {"Vera": "Vera.ttf", "Vera-Bold": "VeraBd.ttf"}  # come with the library, and may be embedded
_PLAIN = str.maketrans({"\u202f": "\u00a0", "\u2009": "\u00a0"})


def pdf_of(title: str, html: str, *, foot: str) -> bytes:
    """The same words on paper. The same text always makes the same bytes."""
    styles = _styles()
    story = [Paragraph(escape(title), styles["h1"])]
    for block, content in _BLOCK.findall(html):
        if words := _words(content):
            story.append(Paragraph(words, styles[block], bulletText="•" if block == "li" else None))
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
    footed = _footed(foot)
    paper.build(story, onFirstPage=footed, onLaterPages=footed)
    return out.getvalue()


def _words(content: str) -> str:
    marked = _NUMBER.sub(rf"{_MARK}\1{_MARK}", _CELL.sub(" · ", content))
    plain = escape(" ".join(unescape(_TAG.sub("", marked)).translate(_PLAIN).split()))
    return re.sub(rf"{_MARK}(\d+){_MARK}", r'<super size="6">\1</super>', plain)


def _footed(foot: str):  # type: ignore[no-untyped-def]
    def draw(canvas: Canvas, paper: SimpleDocTemplate) -> None:
        canvas.setFont("Vera", 6.5)
        canvas.drawString(22 * mm, 12 * mm, foot.translate(_PLAIN))
        canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, str(paper.page))

    return draw


@cache
def _styles() -> dict[str, ParagraphStyle]:
    folder = Path(reportlab.__file__).parent / "fonts"
    for name, file in _FONTS.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    text = ParagraphStyle("p", fontName="Vera", fontSize=9, leading=13.5, spaceAfter=5)
    bold = {"fontName": "Vera-Bold", "keepWithNext": 1}
    return {
        "h1": ParagraphStyle("h1", text, fontSize=17, leading=22, spaceAfter=10, **bold),
        "h2": ParagraphStyle("h2", text, fontSize=11.5, leading=15, spaceBefore=10, **bold),
        "h3": ParagraphStyle("h3", text, fontSize=9.5, spaceBefore=6, **bold),
        "p": text,
        "li": ParagraphStyle("li", text, leftIndent=12, bulletIndent=2),
        "tr": ParagraphStyle("tr", text, fontSize=7.5, leading=10.5),
    }
