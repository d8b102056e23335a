"""Guessing the columns of Google, Outlook, Apple, LinkedIn and of tables made by hand, in many languages."""

# ruff: noqa: E501

import io
from pathlib import Path

import pytest

from crm.imports import mapping, reading
from tests.crm.imports.files import make

FOLDER = Path(__file__).parent / "files"

# Headers as Outlook writes them, with the field they are; none means: not one of ours.
OUTLOOK = {
    "Spanish": """
        Nombre=first_name|Segundo nombre=middle_name|Apellidos=last_name|Organización=company|Puesto=title
        Calle del trabajo=street|Calle del trabajo 2=street|Ciudad de trabajo=city|Provincia o estado de trabajo=region
        Código postal del trabajo=postal_code|País o región del trabajo=country|Otra calle=street|Otra ciudad=city
        Teléfono del trabajo=phone|Particular=phone|Otro teléfono=phone|Teléfono principal=phone
        Dirección de correo electrónico=email|Dirección de correo electrónico 2=email
        Dirección del correo electrónico 3=email|Tipo de correo electrónico 2=|Nombre de pantalla de correo electrónico=
        Nombre del director=|Página web=website|Categorías=tags|Otro fax=|Aficiones=|Género=|Profesión=""",
    "Danish": """
        Titel=|Fornavn=first_name|Mellemnavn=middle_name|Efternavn=last_name|Firma=company|Afdeling=|Stilling=title
        Gade (arbejde)=street|Gade 2 (firma)=street|By (arbejde)=city|Område (arbejde)=region
        Postnummer (arbejde)=postal_code|Land/område (arbejde)=country|Gade (privat)=street|By (privat)=city
        Telefon (arbejde)=phone|Telefon 2 (privat)=phone|Mobiltelefon=phone|Fax (arbejde)=|E-mail-adresse=email
        E-mail 2-adresse=email|E-mail-type=|E-mail-vist navn=|Notater=note|Kategorier=tags|webside=website|Køn=""",
    "Italian": """
        Titolo=|Nome=first_name|Secondo nome=middle_name|Cognome=last_name|Società=company|Posizione=title
        Via (uff.)=street|Via (uff.) 2=street|Città (uff.)=city|Provincia (uff.)=region|CAP (uff.)=postal_code
        Paese (uff.)=country|Via (ab.)=street|Ufficio=phone|Ufficio 2=phone|Abitazione=phone|Cellulare=phone
        Telefono principale società=phone|Fax (uff.)=|Indirizzo posta elettronica=email|Indirizzo posta elettronica 2=email
        Tipo posta elettronica=|Nome visualizzato posta elettronica=|Categorie=tags|Pagina Web=website|Nome assistente=""",
    "Portuguese (Portugal)": """
        Título=|Primeiro nome=first_name|Outros nomes/apelidos=middle_name|Apelido=last_name|Empresa=company|Cargo=title
        Rua da empresa=street|Localidade da empresa=city|Distrito da empresa=region|Código postal da empresa=postal_code
        País/Região da Empresa=country|Telefone da empresa=phone|2º telefone da empresa=phone|Telemóvel=phone
        Fax da empresa=|Endereço de correio electrónico=email|Endereço do correio electrónico 2=email
        Tipo de correio electrónico=|Nome a apresentar para o correio electrónico=|Notas=note|Página na Web=website
        Categorias=tags|Nome do gestor=""",
    "Portuguese (Brazil)": """
        Tratamento=|Primeiro nome=first_name|Sobrenome=last_name|Empresa=company|Cargo=title|Endereço residencial=street
        Cidade do endereço residencial=city|CEP do endereço residencial=postal_code|Telefone comercial=phone
        Telefone celular=phone|Endereço de email 2=email|Tipo de email 2=|Nome para exibição do email=|Anotações=note""",
    "Dutch": """
        Titel=|Voornaam=first_name|Middelste naam=middle_name|Achternaam=last_name|Bedrijf=company|Functie=title
        Werkadres, straat=street|Werkadres, plaats=city|Werkadres, provincie=region|Werkadres, postcode=postal_code
        Werkadres, land/regio=country|Huisadres, straat=street|Telefoon op werk=phone|Telefoon thuis=phone
        Mobiele telefoon=phone|Fax op werk=|E-mailadres=email|E-mailadres 2=email|Type e-mail=
        E-mail, weergegeven naam=|Notities=note|Categorieën=tags|Webpagina=website""",
}
HANDMADE = [
    ("Name,E-Mail,Telefon,Firma", "full_name email phone company"),
    ("Vorname,Name,Mail", "first_name last_name email"),
    ("Nom,Prénom,Courriel,Portable,Entreprise", "last_name first_name email phone company"),
    ("Nom,Courriel", "full_name email"),
    ("Nombre,Correo electrónico,Móvil,Empresa", "full_name email phone company"),
    ("Nombre,Apellidos,Correo", "first_name last_name email"),
    ("Nome,Cognome,Azienda,Cellulare", "first_name last_name company phone"),
    ("Navn,E-mail,Telefonnummer,Virksomhed,By", "full_name email phone company city"),
    ("Naam,Bedrijf,Telefoonnummer,Woonplaats", "full_name company phone city"),
    ("Nome completo,Telemóvel,Morada,Localidade", "full_name phone street city"),
    ("Ansprechpartner,Kunde,PLZ,Ort,Straße,Bemerkung", "full_name company postal_code city street note"),
    ("full name,title,email,company", "full_name title email company"),
    ("Contact,Email Address,Mobile,Job Title,Tags", "full_name email phone title tags"),
    ("姓名,电子邮件,手机,公司", "full_name email phone company"),
    ("氏名,メールアドレス,電話番号,会社名", "full_name email phone company"),
    ("שם פרטי,שם משפחה,אימייל", "first_name last_name email"),
    ("Имя,Фамилия,Телефон,Компания", "first_name last_name phone company"),
    ("Kundennummer,Umsatz,Name", "  full_name"),
    ("Record ID,Name,Company Domain Name,Phone Number,City,Industry", " company website phone city "),
    ("Record ID,Company name,Company Domain Name,Phone Number", " company website phone"),
    ("Name,Company,Domain", "full_name company website"),
    ("Name,E-mail,Domain name", "full_name email website"),
]


def guessed(name):
    with (FOLDER / name).open("rb") as stream:
        sheet = reading.look_at(stream)
        rows = [record.values for record in reading.records(stream, sheet) if not record.problem]
    return dict(zip(sheet.header, mapping.guess(sheet.header, rows), strict=True))


@pytest.mark.parametrize("language", OUTLOOK)
def test_outlook_in_other_languages(language):
    pairs = [
        pair.strip().split("=") for line in OUTLOOK[language].split("\n") for pair in line.split("|") if pair.strip()
    ]
    header = [name for name, _ in pairs]
    assert dict(zip(header, mapping.guess(header, []), strict=True)) == dict(pairs)


@pytest.mark.parametrize(("header", "fields"), HANDMADE)
def test_tables_made_by_hand(header, fields):
    assert mapping.guess(header.split(","), []) == fields.split(" ")


def test_google():
    found = guessed("google-contacts.csv")
    assert found["First Name"] == "first_name"
    assert found["Organization Title"] == "title"
    assert found["E-mail 2 - Value"] == "email"
    assert found["E-mail 1 - Label"] == ""
    assert found["Address 1 - Formatted"] == ""
    assert found["Address 1 - Street"] == "street"
    assert found["Labels"] == "tags"
    assert found["Name Prefix"] == found["Phonetic First Name"] == found["Birthday"] == ""


def test_google_before_2024():
    found = guessed("google-contacts-2019-utf16.csv")
    assert (found["Given Name"], found["Additional Name"], found["Family Name"]) == (
        "first_name",
        "middle_name",
        "last_name",
    )
    assert found["Group Membership"] == "tags"
    assert found["Organization 1 - Name"] == "company"
    assert found["Organization 1 - Yomi Name"] == found["Given Name Yomi"] == ""


def test_outlook_in_english_knows_dr_from_partner():
    found = guessed("outlook-english-utf8-bom.csv")
    assert (found["Title"], found["Job Title"]) == ("", "title")
    assert found["Assistant's Phone"] == found["Business Fax"] == found["Manager's Name"] == found["Account"] == ""
    assert found["Company Main Phone"] == "phone"


def test_outlook_in_french_has_two_columns_called_titre():
    found = guessed("outlook-french-cp1252.csv")
    assert (found["Titre"], found["Titre (2)"]) == ("", "title")
    assert found["Téléphone de l'assistant(e)"] == ""


def test_outlook_in_german():
    found = guessed("outlook-german-cp1252-semicolon.csv")
    assert found["E-Mail-Adresse"] == found["E-Mail 2: Adresse"] == "email"
    assert found["E-Mail-Typ"] == found["E-Mail: Angezeigter Name"] == found["Telefon Assistent"] == ""
    assert found["Weiteres/r Bundesland/Kanton"] == "region"


def test_every_column_of_a_vcard_with_a_place_of_ours_is_taken():
    found = guessed("google-contacts.vcf")
    assert [name for name, field in found.items() if not field] == [
        "Name prefix", "Name suffix", "Department", "Fax", "Other addresses", "Birthday", "Other properties", "Left out",
    ]  # fmt: skip


def test_linkedin():
    assert list(guessed("linkedin-connections.csv").values()) == [
        "first_name", "last_name", "website", "email", "company", "title", "",
    ]  # fmt: skip


def test_values_tell_what_a_nameless_column_holds():
    rows = [["Maren", "m@x.example", "+49 30 123456", "https://x.example", "K-100"]] * 3
    assert mapping.guess([f"Column {n}" for n in range(1, 6)], rows) == ["", "email", "phone", "website", ""]


def test_a_customer_number_is_not_taken_for_a_phone():
    assert mapping.guess(["Kundennummer"], [["0030123456"]] * 5) == [""]


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("Business Street", "work"),
        ("Rue (domicile) 2", "home"),
        ("Weiterer Ort", "other"),
        ("Ort", ""),
        ("Address 1 - Street", ""),
        ("Address 2 - City", "address 2"),
    ],
)
def test_the_place_of_an_address(header, place):
    assert mapping.place_of(header) == place


@pytest.mark.parametrize("text", ["a@b.example", "Zoë.x+y@bücher.example", "o'brien@x.co", " a@b.example "])
def test_an_email_address(text):
    assert mapping.is_email(text)


@pytest.mark.parametrize(
    "text", ["", "a@b", "maren(at)x", "a b@c.example", "a@b..example", "@c.example", "a@.example", "a@b@c.de"]
)
def test_no_email_address(text):
    assert not mapping.is_email(text)


def test_every_sample_file_maps_a_name():
    for name in make.FILES:
        assert {"first_name", "full_name"} & set(guessed(name).values()), name


def test_the_header_is_looked_at_as_a_file_would_hold_it():
    sheet = reading.look_at(io.BytesIO("Prénom;Nom;Société\n".encode("cp1252")))
    assert mapping.guess(sheet.header, []) == ["first_name", "last_name", "company"]
