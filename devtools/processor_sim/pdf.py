"""A plain PDF of one or more pages, written by hand: a font that every reader has, and lines of text."""

from __future__ import annotations

LEFT, RIGHT, TOP, BOTTOM, STEP = 60, 535, 780, 70, 18


def document(head: list[str], rows: list[tuple[str, str]], foot: list[tuple[str, str]]) -> bytes:
    """A title with lines below it, then rows of a text and an amount, then sums."""
    drawn: list[list[str]] = [[]]
    y = TOP

    def line(text: str, amount: str = "", size: int = 10) -> None:
        nonlocal y
        if y < BOTTOM:
            drawn.append([])
            y = TOP
        drawn[-1].append(f"BT /F1 {size} Tf {LEFT} {y} Td ({_text(text)}) Tj ET")
        if amount:
            drawn[-1].append(f"BT /F1 {size} Tf {RIGHT - 5.2 * len(amount):.0f} {y} Td ({_text(amount)}) Tj ET")
        y -= STEP if size <= 10 else 2 * STEP

    line(head[0], size=18)
    line("Test processor, no real money")
    for each in head[1:]:
        line(each)
    for text, amount in [("", ""), *rows, ("", ""), *foot]:
        line(text[:80], amount)
    return _assemble(["\n".join(page) for page in drawn])


def _text(words: str) -> str:
    return words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _assemble(pages: list[str]) -> bytes:
    """Objects with their places, as a PDF wants them: catalogue, pages, font, then each page and what is on it."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        stream = page.encode("cp1252", errors="replace")
        where = f"/Contents {5 + 2 * number} 0 R /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {where} >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    result = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(result))
        result += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    trailer = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return result + f"{trailer}startxref\n{len(result)}\n%%EOF\n".encode()
