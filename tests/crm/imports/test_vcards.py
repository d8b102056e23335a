"""vCard files of three versions, as programs and phones write them."""

import io
import time
from pathlib import Path

import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.imports import reading

FOLDER = Path(__file__).parent / "files"


def read(data):
    stream = io.BytesIO(data)
    sheet = reading.look_at(stream)
    assert sheet.kind == "vcard"
    return [
        (dict(zip(sheet.header, record.values, strict=True)) if not record.problem else record)
        for record in reading.records(stream, sheet)
    ]


def card(*lines, version="3.0"):
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


def test_google_writes_labels_and_escaped_colons():
    maren, yousef = read((FOLDER / "google-contacts.vcf").read_bytes())
    assert maren["Website"] == "https://www.nordlicht.example"
    assert maren["Categories"] == "Kunden ::: myContacts"
    assert maren["Note"] == "Erste Zeile\nzweite, mit Komma"
    assert maren["Name prefix"] == "Dr."
    assert (yousef["First name"], yousef["Last name"]) == ("يوسف", "الحداد")


def test_apple_groups_folds_and_a_card_cut_off_in_the_middle():
    taro, firm, broken, after = read((FOLDER / "apple-contacts.vcf").read_bytes())
    assert taro["E-mail"] == "taro@yamada.example ::: taro@home.example"
    assert taro["Phone"] == "+81 90-1234-5678 ::: +81 3-1234-5678"
    assert taro["Fax"] == "+81 3-1234-5679"
    assert (taro["Company"], taro["Department"]) == ("山田製作所", "設計部")
    assert taro["Street"] == "丸の内1-1"
    assert taro["Other addresses"] == "桜通り 2, 220-0001 横浜市, 神奈川県, 日本"
    assert taro["Note"].endswith("von dem Programm gefaltet wird; mit Semikolon.")
    assert "linkedin.com/in/taro" in taro["Other properties"]
    assert taro["Left out"] == "The photo of the card was left out."
    assert (firm["Company"], firm["Full name"]) == ("Café Solñé", "")
    assert "no END:VCARD" in broken.problem
    assert "abgeschnitten.example" in broken.raw
    assert after["Last name"] == "Danach"


def test_version_4_writes_numbers_as_addresses():
    (yael,) = read((FOLDER / "apple-contacts-v4.vcf").read_bytes())
    assert yael["Phone"] == "+972-52-234-5678"
    assert yael["City"] == "תל אביב"
    assert yael["Categories"] == "לקוחות ::: VIP"
    assert yael["Other properties"] == ""


def test_an_old_phone_writes_quoted_printable_in_a_charset_for_each_line():
    juergen, anna = read((FOLDER / "old-phone-v21.vcf").read_bytes())
    assert (juergen["First name"], juergen["Last name"]) == ("Jürgen", "Grünwald")
    assert juergen["Note"].startswith("Spricht über Äpfel, Öfen und Übungen; ruft")
    assert juergen["Street"] == "Straße 1"
    assert juergen["Phone"].startswith("+491701234567")
    assert (anna["First name"], anna["Last name"]) == ("Анна", "Иванова")


def test_each_line_may_have_its_own_eight_bit_charset():
    (found,) = read(
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1:Gr\xfcn;J\xfcrgen\r\n"
        b"ORG;CHARSET=UTF-8:B\xc3\xa4cker\r\nEND:VCARD\r\n"
    )
    assert (found["Last name"], found["Company"]) == ("Grün", "Bäcker")


def test_an_agents_card_inside_a_card_is_not_a_card_of_its_own():
    (found,) = read(
        card(
            "N:Chef;Die",
            "AGENT:",
            "BEGIN:VCARD",
            "N:Agent;Der",
            "END:VCARD",
            "EMAIL:chef@x.example",
            version="2.1",
        )
    )
    assert (found["Last name"], found["E-mail"]) == ("Chef", "chef@x.example")


def test_a_line_without_a_colon_turns_the_card_away_and_keeps_the_others():
    bad, good = read(card("N:A;B", "this is no property") + card("N:C;D"))
    assert "this is no property" in bad.problem
    assert good["Last name"] == "C"


def test_lines_between_cards_are_told():
    first, between, last = read(card("N:A;B") + b"stray text\r\n" + card("N:C;D"))
    assert (first["Last name"], last["Last name"]) == ("A", "C")
    assert between.raw == "stray text"


def test_a_group_is_turned_away_with_a_sentence():
    (group,) = read(card("N:Chor;;;;", "FN:Chor", "KIND:group", "MEMBER:urn:uuid:1", version="4.0"))
    assert "group" in group.problem


def test_the_preferred_address_comes_first():
    (found,) = read(card("EMAIL:b@x.example", "EMAIL;TYPE=pref:a@x.example"))
    assert found["E-mail"] == "a@x.example ::: b@x.example"


WORDS = (
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)


@settings(deadline=None)
@given(people=st.lists(st.tuples(WORDS, WORDS, WORDS, WORDS), min_size=1, max_size=4))
def test_cards_written_by_another_library_are_read_back(people):
    text = ""
    for first, last, company, note in people:
        made = vobject.vCard()
        made.add("n").value = vobject.vcard.Name(family=last, given=first)
        made.add("fn").value = f"{first} {last}"
        made.add("org").value = [company]
        made.add("note").value = note
        text += made.serialize()
    found = [(c["First name"], c["Last name"], c["Company"], c["Note"]) for c in read(text.encode())]
    assert found == people


def test_a_long_picture_costs_as_much_as_it_is_long():
    def seconds(kilobytes):
        picture = [" " + "A" * 74] * (kilobytes * 1024 // 75)
        started = time.process_time()
        found = read(card("FN:Maren Holm", "PHOTO;ENCODING=b;TYPE=JPEG:AAAA", *picture))
        assert [values["Full name"] for values in found] == ["Maren Holm"]
        return time.process_time() - started

    assert seconds(8000) < 40 * max(seconds(500), 0.02)
