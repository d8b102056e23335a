"""Bytes in, records out: every record exactly once, in any encoding, with any delimiter."""

import codecs
import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.imports import reading
from crm.imports.reading import UnreadableFile
from tests.crm.imports.files.make import FILES

FOLDER = Path(__file__).parent / "files"


def read(data, **told):
    stream = io.BytesIO(data)
    sheet = reading.look_at(stream, **told)
    return sheet, list(reading.records(stream, sheet))


@pytest.mark.parametrize("name", FILES)
def test_the_sample_files_are_what_their_maker_writes(name):
    assert (FOLDER / name).read_bytes() == FILES[name]()


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter", "header_row", "rows"),
    [
        ("google-contacts.csv", "utf-8", ",", 1, 8),
        ("google-contacts-2019-utf16.csv", "utf-16", ",", 1, 2),
        ("outlook-english-utf8-bom.csv", "utf-8-sig", ",", 1, 3),
        ("outlook-german-cp1252-semicolon.csv", "cp1252", ";", 1, 2),
        ("outlook-french-cp1252.csv", "cp1252", ",", 1, 1),
        ("linkedin-connections.csv", "utf-8", ",", 4, 3),
        ("handmade-italian-utf16le-tabs.txt", "utf-16-le", "\t", 1, 1),
    ],
)
def test_a_real_file_is_recognised(name, encoding, delimiter, header_row, rows):
    sheet, found = read((FOLDER / name).read_bytes())
    assert (sheet.encoding, sheet.delimiter, sheet.header_row) == (encoding, delimiter, header_row)
    assert len(found) == rows
    assert not [record.problem for record in found if record.problem]


def test_linkedins_preamble_is_told_and_rows_are_counted_as_a_spreadsheet_does():
    sheet, found = read((FOLDER / "linkedin-connections.csv").read_bytes())
    assert sheet.above_header[0] == "Notes:"
    assert sheet.header[0] == "First Name"
    assert [record.row for record in found] == [5, 6, 7]


def test_excels_sep_line_names_the_delimiter_and_is_not_counted():
    sheet, found = read(b"sep=;\r\nName;E-Mail\r\nMaren;m@x.example\r\n")
    assert sheet.delimiter == ";"
    assert [(record.row, record.values) for record in found] == [(2, ["Maren", "m@x.example"])]


def test_a_quoted_newline_stays_in_its_value_and_does_not_move_the_row_numbers():
    _, found = read(b'Name,Note\nMaren,"one\ntwo ""quoted"""\nNils,x\n')
    assert found[0].values == ["Maren", 'one\ntwo "quoted"']
    assert found[1].row == 3


def test_blank_lines_count_as_rows_but_are_no_records():
    _, found = read(b"Name,E-Mail\n\nMaren,m@x.example\n\n\n")
    assert [record.row for record in found] == [3]


def test_a_short_row_is_filled_up_and_a_long_row_is_turned_away():
    _, found = read(b"Name,E-Mail,City\nMaren,m@x.example\nNils,n@x.example,Jena,Extra\nUte,u@x.example,Ulm,,\n")
    short, long, trailing = found
    assert short.values == ["Maren", "m@x.example", ""]
    assert "2 of 3 columns" in short.note
    assert "4 values but the header names 3" in long.problem
    assert long.values[-1] == "Extra"
    assert trailing.values == ["Ute", "u@x.example", "Ulm"]
    assert not trailing.problem


def test_an_unclosed_quotation_mark_costs_one_row_and_not_the_rest_of_the_file():
    _, found = read(b'Name,E-Mail\nAda,a@x.example\n"Bea,b@x.example\nCai,c@x.example\n"Dan",d@x.example\n')
    assert [record.values[0] for record in found if not record.problem] == ["Ada", "Cai", "Dan"]
    (broken,) = [record for record in found if record.problem]
    assert broken.row == 3
    assert broken.raw == '"Bea,b@x.example'
    assert "quotation marks" in broken.problem


def test_an_inch_sign_inside_a_value_is_just_a_sign():
    _, found = read(b'Name,Note\nMaren,5" pipe\n')
    assert found[0].values == ["Maren", '5" pipe']
    assert not found[0].problem


def test_repeated_and_empty_headers_get_names_of_their_own():
    sheet, _ = read(b"E-Mail,,E-Mail,Name\na@x.example,b,c@x.example,d\n")
    assert sheet.header == ["E-Mail", "Column 2", "E-Mail (2)", "Name"]


def test_a_file_that_starts_with_people_has_no_header():
    sheet, found = read(b"Maren,maren@x.example\nNils,nils@x.example\n")
    assert sheet.header == ["Column 1", "Column 2"]
    assert [record.row for record in found] == [1, 2]


def test_a_header_alone_is_readable_and_holds_no_row():
    sheet, found = read(b"First Name,Last Name,E-mail\n")
    assert sheet.header_row == 1
    assert found == []


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n \n", codecs.BOM_UTF16_LE])
def test_an_empty_file_is_said_to_be_empty(data):
    with pytest.raises(UnreadableFile, match="empty"):
        read(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", "no Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "password"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (bytes(range(32)) * 40, "pick CSV"),
        (b"<!DOCTYPE html><html><body><table>", "web page"),
    ],
)
def test_what_is_no_table_gets_a_sentence_with_the_way_out(data, words):
    with pytest.raises(UnreadableFile, match=words):
        read(data)


def test_a_file_over_25_mb_is_refused():
    with pytest.raises(UnreadableFile, match="25 MB"):
        read(b"Name\n" + b"x" * reading.MAX_BYTES)


def test_zero_bytes_do_not_end_a_file():
    _, found = read(b"Name,E-Mail\nMa\x00ren,m@x.example\nNils,n@x.example\n")
    assert len(found) == 2


def test_a_very_long_value_arrives_whole():
    _, found = read(b'Name,Note\nMaren,"' + b"x" * 500_000 + b'"\n')
    assert len(found[0].values[1]) == 500_000


def test_one_damaged_letter_does_not_turn_the_whole_file_into_windows():
    text = "Name,E-Mail\n" + "Müßiggängerin,ä@x.example\n" * 30
    sheet, found = read(text.encode() + b"Gr\xfcn,g@x.example\n")
    assert sheet.encoding == "utf-8"
    assert found[0].values[0] == "Müßiggängerin"
    assert "\ufffd" in found[-1].values[0]


def test_lines_may_end_as_on_an_old_mac():
    _, found = read(b"Name,E-Mail\rMaren,m@x.example\rNils,n@x.example\r")
    assert [record.values[0] for record in found] == ["Maren", "Nils"]


def test_a_person_may_overrule_encoding_and_delimiter():
    data = "Имя;Почта\nАнна;a@x.example\n".encode("cp1251")
    sheet, found = read(data, encoding="cp1251", delimiter=";")
    assert sheet.header == ["Имя", "Почта"]
    assert found[0].values[0] == "Анна"


def test_a_hundred_thousand_rows_do_not_pile_up_in_memory():
    class Rows(io.RawIOBase):
        """100,000 rows that are made while they are read."""

        size, at = 100_000 * 100, 0
        line = b"Maren,maren@nordlicht.example," + b"x" * 69 + b"\n"

        def readable(self):
            return True

        def seekable(self):
            return True

        def seek(self, at, whence=0):
            self.at = at if whence == 0 else self.size + at
            return self.at

        def tell(self):
            return self.at

        def readinto(self, buffer):
            want = min(len(buffer), self.size - self.at)
            start = self.at % 100
            data = (self.line * (want // 100 + 2))[start : start + want]
            buffer[: len(data)] = data
            self.at += len(data)
            return len(data)

    stream = io.BufferedReader(Rows())
    tracemalloc.start()
    sheet = reading.look_at(stream)
    count = sum(1 for _ in reading.records(stream, sheet))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 100_000
    assert peak < 3_000_000


def test_rejected_rows_are_written_as_the_file_was_and_can_be_read_again():
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "cp1252"):
        data = "Vorname;E-Mail\r\nJördis;joerdis(at)x\r\n".encode(encoding)
        sheet, found = read(data)
        again = b"".join(reading.write_rows(sheet, [(found[0].values, "", "Zeile 2: so nicht – €")]))
        second, rows = read(again)
        assert (second.encoding, second.delimiter) == (sheet.encoding, ";")
        assert second.header == ["Vorname", "E-Mail", reading.REASON_COLUMN]
        assert rows[0].values == ["Jördis", "joerdis(at)x", "Zeile 2: so nicht – €"]


def test_a_rejected_row_is_no_formula_to_a_spreadsheet_and_comes_back_as_it_was():
    values = ["=HYPERLINK(1)", "@sum", "+45 20 55 01 12", "'quoted'"]
    sheet, _ = read(b"Name,E-Mail,Phone,Note\r\nx,y,z,w\r\n")
    again = b"".join(reading.write_rows(sheet, [(values, "", "=not a formula")]))
    assert b"'=HYPERLINK" in again and b"'@sum" in again and b"'=not" in again
    assert b"'+45" not in again
    _, rows = read(again)
    assert rows[0].values[:4] == values


def test_a_file_of_too_many_columns_is_refused_in_a_sentence():
    wide = ",".join(f"Column {number}" for number in range(301)).encode()
    with pytest.raises(reading.UnreadableFile, match="301 columns; up to 300"):
        read(wide + b"\n")
    read(b",".join([b"a"] * 300) + b"\n")


def test_a_row_that_could_not_be_cut_comes_back_beside_its_reason():
    sheet, found = read(b'Name,E-Mail\n"Bea,b@x.example\nCai,c@x.example\n')
    again = b"".join(reading.write_rows(sheet, [([], found[0].raw, found[0].problem)]))
    _, rows = read(again)
    assert rows[0].values[:2] == ["", ""]
    assert 'It reads: "Bea,b@x.example' in rows[0].values[2]


# ------------------------------------------------------------------------------------------ properties

CELL = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(str.strip) | st.sampled_from(
    ['say "hi"', "a,b", "c;d", "e\tf", "two\nlines", "Zoë 🌻", "יעל", "王小明", "=1+1"]
)
WESTERN = st.text(st.characters(codec="cp1252", exclude_categories=("Cc",)), max_size=12).map(str.strip)
HEADER = ["First name", "Last name", "E-mail", "Note"]


def written(rows, encoding, delimiter, end):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([HEADER, *rows])
    return out.getvalue().encode(encoding)


@settings(deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_is_what_is_read(rows, encoding, delimiter, end):
    sheet, found = read(written(rows, encoding, delimiter, end), delimiter=delimiter)
    assert sheet.header == HEADER
    assert [record.values for record in found] == rows


@settings(deadline=None)
@given(
    rows=st.lists(st.lists(WESTERN, min_size=4, max_size=4), max_size=8),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_windows_1252_is_read_back(rows, delimiter):
    rows = [["Müller", "Größe", "€", "ÿ"], *rows]
    _, found = read(written(rows, "cp1252", delimiter, "\r\n"), encoding="cp1252", delimiter=delimiter)
    assert [record.values for record in found] == rows


@settings(deadline=None, max_examples=120)
@given(st.lists(st.text('ab,;"\n\r\x00é', max_size=20), max_size=12))
def test_whatever_the_lines_every_letter_comes_out_in_some_record(lines):
    """No line that holds anything may vanish: each ``#`` put into the file is found again."""
    marked = [line.replace("\r", "") + "#" for line in lines]
    data = "First name,Last name,E-mail\n" + "\n".join(marked) + "\n"
    _, found = read(data.encode(), encoding="utf-8", delimiter=",")
    assert sum("".join([*record.values, record.raw]).count("#") for record in found) == len(marked)
