"""One row becomes a candidate, or a sentence that says what to do."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.imports import mapping, reading
from crm.imports.cells import domain_of, read_phone, split_emails, split_name
from crm.imports.reading import Record
from crm.imports.rows import LIMITS, Candidate, Rejected, RowCleaner
from crm.imports.steps import turned_away
from lib.sheets import Sheet
from tests.crm.imports.files import make

FOLDER = Path(__file__).parent / "files"


def clean(region="DE", note="", **values):
    """A row given by header; underscores stand for spaces."""
    header = [name.replace("_", " ") for name in values]
    sheet = Sheet("csv", "utf-8", ",", header, 1)
    return RowCleaner(sheet, mapping.guess(header, []), region=region).clean(
        Record(7, list(values.values()), note=note)
    )


def people(name, region="DE"):
    with (FOLDER / name).open("rb") as stream:
        sheet = reading.look_at(stream)
        rows = list(reading.records(stream, sheet))
    cleaner = RowCleaner(sheet, mapping.guess(sheet.header, [r.values for r in rows if not r.problem]), region=region)
    return [cleaner.clean(row) for row in rows]


def test_a_google_row_keeps_everything_it_says():
    maren = people("google-contacts.csv")[0]
    assert (maren.first_name, maren.last_name) == ("Maren Elisabeth", "Ölschläger")
    assert (maren.email, maren.email_key) == ("Maren@Nordlicht.example", "maren@nordlicht.example")
    assert maren.phone == "+4915123456789"
    assert (maren.company, maren.domain, maren.title) == (
        "Nordlicht Beratung GmbH", "nordlicht.example", "Geschäftsführerin",
    )  # fmt: skip
    assert (maren.street, maren.postal_code, maren.city) == ("Hafenstraße 7", "10115", "Berlin")
    assert maren.tags == ["Kunden", "Berlin"]
    assert maren.note.splitlines() == ["Zweite Zeile folgt:", 'mag "kurze" Wege']
    assert (maren.email_label, maren.emails) == ("Work", [("buero@nordlicht.example", "Work")])
    assert (maren.phone_label, maren.phones) == ("Mobile", [("+4930901820", "Work")])


def test_names_in_any_script_arrive_as_written():
    names = {candidate.name for name in make.FILES for candidate in people(name) if isinstance(candidate, Candidate)}
    assert names >= {
        "יעל בן־דוד",
        "محمد الأحمد",
        "小明 王",
        "Zoë 🌻 Fischer",
        "太郎 山田",
        "Анна Петровна Иванова",
        "يوسف الحداد",
    }


def test_accents_written_in_two_signs_become_one():
    assert people("google-contacts.csv")[5].name == "José Muñoz"


def test_outlooks_second_address_is_a_further_one_and_further_numbers_keep_their_label():
    aoife = people("outlook-english-utf8-bom.csv", region="IE")[0]
    assert aoife.title == "Partner"
    assert aoife.street == "1 Quay Street, Floor 3"
    assert aoife.emails == [("aoife@home.example", "")]
    assert (aoife.phone, aoife.phone_label) == ("+35391567890", "Work")
    assert aoife.phones == [("+353871234567", "Mobile")]
    assert aoife.addresses == [{"label": "Home", "street": "2 Hill Road", "city": "Oranmore"}]


def test_a_home_address_is_the_address_when_there_is_no_other():
    joerdis = people("outlook-german-cp1252-semicolon.csv")[0]
    assert (joerdis.street, joerdis.city) == ("Am Anger 3", "Jena")


def test_a_linkedin_profile_is_nobodys_domain():
    priya, _, nobody = people("linkedin-connections.csv")
    assert priya.domain == ""
    assert priya.website == "https://www.linkedin.com/in/priya-example"
    assert nobody.reason == "Row 7: There is no name, no e-mail address and no company, so there is nobody to store."


def test_a_broken_card_is_called_a_card():
    assert people("apple-contacts.vcf")[2].reason.startswith("Card 3: The card has no END:VCARD")


def test_a_wrong_address_turns_the_row_away_and_says_what_to_do():
    assert clean(Name="Maren Groß", Email="maren(at)x") == Rejected(
        7,
        "Row 7: 'maren(at)x' is not an e-mail address. Fix it and import the file of rejected rows again.",
    )


def test_a_wrong_second_address_is_kept_in_the_note():
    found = clean(Email="maren@x.example", Email_2="maren(at)y")
    assert found.email == "maren@x.example"
    assert found.note == "Email 2: maren(at)y"
    assert "kept in the note" in found.notes[0]


def test_a_company_alone_is_worth_storing():
    found = clean(Company="Bäckerei  Kornblum", Phone="030 5551234")
    assert (found.company, found.has_person) == ("Bäckerei Kornblum", False)


@pytest.mark.parametrize("field", ["First_name", "Last_name", "Company", "Job_title", "Street", "City", "Note"])
def test_what_does_not_fit_is_turned_away_whole(field):
    found = clean(**({"Email": "m@x.example"} | {field: "x" * 20_001}))
    assert isinstance(found, Rejected)
    assert "20,001 characters" in found.reason


def test_exactly_what_fits_fits():
    assert clean(First_name="x" * LIMITS["first_name"]).first_name == "x" * LIMITS["first_name"]
    assert isinstance(clean(First_name="x" * (LIMITS["first_name"] + 1)), Rejected)


def test_a_lost_letter_is_told_and_not_stored():
    assert "was lost when the file was saved" in clean(First_name="J\ufffdrdis").reason


def test_zero_characters_are_taken_out_and_told():
    found = clean(First_name="Ma\x00ren")
    assert found.first_name == "Maren"
    assert "zero characters" in found.notes[0]


def test_what_looks_like_a_card_number_is_hidden_and_told():
    found = clean(First_name="Maren", Notes="Paid with 4242-4242-4242-4242")
    assert found.note == "Paid with ****4242"
    assert "card number in “Notes”" in found.notes[0]


def test_a_row_turned_away_keeps_no_card_number():
    cut = Record(7, ["Ma\x00ren", "4242424242424242"], raw="Maren,4242 4242 4242 4242")
    turned = turned_away(cut, "Row 7: It reads 4242-4242-4242-4242.")
    assert (turned.values, turned.raw) == (["Maren", "****4242"], "Maren,****4242")
    assert turned.reason == "Row 7: It reads ****4242."


def test_a_short_rows_note_is_passed_on():
    assert clean(First_name="Maren", note="The row ends early.").notes == ["Row 7: The row ends early."]


def test_a_second_address_is_a_further_one():
    found = clean(
        Name="A B",
        Address_1___Street="Weg 1",
        Address_1___City="Ulm",
        Address_2___Street="Gasse 2",
        Address_2___City="Jena",
    )
    assert (found.street, found.city) == ("Weg 1", "Ulm")
    assert found.addresses == [{"label": "Address 2", "street": "Gasse 2", "city": "Jena"}]


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Maren Groß", "Maren", "Groß"),
        ("Groß, Maren", "Maren", "Groß"),
        ("Ludwig van der Berg", "Ludwig", "van der Berg"),
        ("Anna Maria Rossi", "Anna Maria", "Rossi"),
        ("María de la Cruz", "María", "de la Cruz"),
        ("山田 太郎", "太郎", "山田"),
        ("王小明", "王小明", ""),
        ("Cher", "Cher", ""),
        ("أحمد بن علي", "أحمد بن", "علي"),
    ],
)
def test_a_full_name_is_split(full, first, last):
    assert split_name(full)[:2] == (first, last)


def test_splitting_is_told():
    assert clean(Full_name="Maren Groß").notes == [
        "Row 7: “Maren Groß” was split into first name “Maren” and last name “Groß”."
    ]


@pytest.mark.parametrize(
    ("cell", "addresses"),
    [
        ("a@x.example", ["a@x.example"]),
        ("a@x.example ::: b@x.example", ["a@x.example", "b@x.example"]),
        ("a@x.example; b@x.example", ["a@x.example", "b@x.example"]),
        ("a@x.example b@x.example", ["a@x.example", "b@x.example"]),
        ("Groß, Maren <maren@x.example>", ["maren@x.example"]),
        ("mailto:a@x.example", ["a@x.example"]),
        ("maren(at)x", ["maren(at)x"]),
    ],
)
def test_addresses_in_one_cell(cell, addresses):
    assert split_emails(cell) == addresses


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("030 / 901820", "DE", "+4930901820"),
        ("(0170) 123-4567", "DE", "+491701234567"),
        ("0041 44 668 18 00", "DE", "+41446681800"),
        ("347 1234567", "IT", "+393471234567"),
        ("+49 (0)30 901820", "DE", "+4930901820"),
    ],
)
def test_phone_numbers_become_dialable(text, region, number):
    assert read_phone(text, region) == (number, "")


@pytest.mark.parametrize("text", ["call the office", "12", "4,91512E+11"])
def test_what_is_no_number_stays_as_written_and_is_told(text):
    number, sentence = read_phone(text, "DE")
    assert number == text
    assert "kept as written" in sentence


def test_an_extension_is_not_lost():
    assert read_phone("+49 30 901820 ext. 12", "DE")[0] == "+49 30 901820 ext. 12"


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.nordlicht.example/team?x=1", "nordlicht.example"),
        ("Nordlicht.example", "nordlicht.example"),
        ("https://de.linkedin.com/in/x", ""),
        ("kein Netz", ""),
    ],
)
def test_the_domain_of_a_website(address, domain):
    assert domain_of(address) == domain


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@settings(deadline=None)
@given(rows=st.lists(st.lists(TEXT, min_size=5, max_size=5), max_size=10))
def test_every_row_is_stored_or_turned_away_with_a_sentence(rows):
    header = ["First name", "Full name", "E-mail", "Phone", "Note"]
    cleaner = RowCleaner(Sheet("csv", "utf-8", ",", header, 1), mapping.guess(header, []))
    found = [cleaner.clean(Record(number, values)) for number, values in enumerate(rows, 2)]
    assert [outcome.row for outcome in found] == list(range(2, len(rows) + 2))
    for outcome in found:
        if isinstance(outcome, Rejected):
            assert outcome.reason.startswith(f"Row {outcome.row}: ")
            assert outcome.reason.endswith((".", "…"))
        else:
            assert outcome.has_person or outcome.company
            assert "\x00" not in repr(outcome.as_dict())
            assert all(len(getattr(outcome, name)) <= limit for name, limit in LIMITS.items() if name != "tag")
