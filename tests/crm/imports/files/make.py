"""Writes the sample files beside it, as the programs named write them. Every person and firm is invented.

python tests/crm/imports/files/make.py
"""

# ruff: noqa: E501, W291

import csv
import io
import quopri
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook

GOOGLE = [
    "First Name",
    "Middle Name",
    "Last Name",
    "Phonetic First Name",
    "Phonetic Middle Name",
    "Phonetic Last Name",
    "Name Prefix",
    "Name Suffix",
    "Nickname",
    "File As",
    "Organization Name",
    "Organization Title",
    "Organization Department",
    "Birthday",
    "Notes",
    "Photo",
    "Labels",
    "E-mail 1 - Label",
    "E-mail 1 - Value",
    "E-mail 2 - Label",
    "E-mail 2 - Value",
    "Phone 1 - Label",
    "Phone 1 - Value",
    "Phone 2 - Label",
    "Phone 2 - Value",
    "Address 1 - Label",
    "Address 1 - Formatted",
    "Address 1 - Street",
    "Address 1 - City",
    "Address 1 - PO Box",
    "Address 1 - Region",
    "Address 1 - Postal Code",
    "Address 1 - Country",
    "Address 1 - Extended Address",
    "Website 1 - Label",
    "Website 1 - Value",
]
GOOGLE_OLD = [
    "Name",
    "Given Name",
    "Additional Name",
    "Family Name",
    "Yomi Name",
    "Given Name Yomi",
    "Additional Name Yomi",
    "Family Name Yomi",
    "Name Prefix",
    "Name Suffix",
    "Initials",
    "Nickname",
    "Short Name",
    "Maiden Name",
    "Birthday",
    "Gender",
    "Location",
    "Billing Information",
    "Directory Server",
    "Mileage",
    "Occupation",
    "Hobby",
    "Sensitivity",
    "Priority",
    "Subject",
    "Notes",
    "Language",
    "Photo",
    "Group Membership",
    "E-mail 1 - Type",
    "E-mail 1 - Value",
    "E-mail 2 - Type",
    "E-mail 2 - Value",
    "Phone 1 - Type",
    "Phone 1 - Value",
    "Phone 2 - Type",
    "Phone 2 - Value",
    "Address 1 - Type",
    "Address 1 - Formatted",
    "Address 1 - Street",
    "Address 1 - City",
    "Address 1 - PO Box",
    "Address 1 - Region",
    "Address 1 - Postal Code",
    "Address 1 - Country",
    "Address 1 - Extended Address",
    "Organization 1 - Type",
    "Organization 1 - Name",
    "Organization 1 - Yomi Name",
    "Organization 1 - Title",
    "Organization 1 - Department",
    "Organization 1 - Symbol",
    "Organization 1 - Location",
    "Organization 1 - Job Description",
    "Website 1 - Type",
    "Website 1 - Value",
]
OUTLOOK_EN = [
    "Title",
    "First Name",
    "Middle Name",
    "Last Name",
    "Suffix",
    "Company",
    "Department",
    "Job Title",
    "Business Street",
    "Business Street 2",
    "Business Street 3",
    "Business City",
    "Business State",
    "Business Postal Code",
    "Business Country/Region",
    "Home Street",
    "Home Street 2",
    "Home Street 3",
    "Home City",
    "Home State",
    "Home Postal Code",
    "Home Country/Region",
    "Other Street",
    "Other Street 2",
    "Other Street 3",
    "Other City",
    "Other State",
    "Other Postal Code",
    "Other Country/Region",
    "Assistant's Phone",
    "Business Fax",
    "Business Phone",
    "Business Phone 2",
    "Callback",
    "Car Phone",
    "Company Main Phone",
    "Home Fax",
    "Home Phone",
    "Home Phone 2",
    "ISDN",
    "Mobile Phone",
    "Other Fax",
    "Other Phone",
    "Pager",
    "Primary Phone",
    "Radio Phone",
    "TTY/TDD Phone",
    "Telex",
    "Account",
    "Anniversary",
    "Assistant's Name",
    "Billing Information",
    "Birthday",
    "Business Address PO Box",
    "Categories",
    "Children",
    "Directory Server",
    "E-mail Address",
    "E-mail Type",
    "E-mail Display Name",
    "E-mail 2 Address",
    "E-mail 2 Type",
    "E-mail 2 Display Name",
    "E-mail 3 Address",
    "E-mail 3 Type",
    "E-mail 3 Display Name",
    "Gender",
    "Government ID Number",
    "Hobby",
    "Home Address PO Box",
    "Initials",
    "Internet Free Busy",
    "Keywords",
    "Language",
    "Location",
    "Manager's Name",
    "Mileage",
    "Notes",
    "Office Location",
    "Organizational ID Number",
    "Other Address PO Box",
    "Priority",
    "Private",
    "Profession",
    "Referred By",
    "Sensitivity",
    "Spouse",
    "User 1",
    "User 2",
    "User 3",
    "User 4",
    "Web Page",
]
OUTLOOK_DE = [
    "Anrede",
    "Vorname",
    "Weitere Vornamen",
    "Nachname",
    "Suffix",
    "Firma",
    "Abteilung",
    "Position",
    "Straße geschäftlich",
    "Straße geschäftlich 2",
    "Straße geschäftlich 3",
    "Ort geschäftlich",
    "Region geschäftlich",
    "Postleitzahl geschäftlich",
    "Land/Region geschäftlich",
    "Straße privat",
    "Straße privat 2",
    "Straße privat 3",
    "Ort privat",
    "Bundesland/Kanton privat",
    "Postleitzahl privat",
    "Land/Region privat",
    "Weitere Straße",
    "Weitere Straße 2",
    "Weitere Straße 3",
    "Weiterer Ort",
    "Weiteres/r Bundesland/Kanton",
    "Weitere Postleitzahl",
    "Weiteres/e Land/Region",
    "Telefon Assistent",
    "Fax geschäftlich",
    "Telefon geschäftlich",
    "Telefon geschäftlich 2",
    "Rückmeldung",
    "Autotelefon",
    "Telefon Firma",
    "Fax privat",
    "Telefon privat",
    "Telefon privat 2",
    "ISDN",
    "Mobiltelefon",
    "Weiteres Fax",
    "Weiteres Telefon",
    "Pager",
    "Haupttelefon",
    "Mobiltelefon 2",
    "Telefon für Hörbehinderte",
    "Telex",
    "Abrechnungsinformation",
    "Benutzer 1",
    "Benutzer 2",
    "Benutzer 3",
    "Benutzer 4",
    "Beruf",
    "Büro",
    "E-Mail-Adresse",
    "E-Mail-Typ",
    "E-Mail: Angezeigter Name",
    "E-Mail 2: Adresse",
    "E-Mail 2: Typ",
    "E-Mail 2: Angezeigter Name",
    "E-Mail 3: Adresse",
    "E-Mail 3: Typ",
    "E-Mail 3: Angezeigter Name",
    "Empfohlen von",
    "Geburtstag",
    "Geschlecht",
    "Hobby",
    "Initialen",
    "Internet-Frei/Gebucht",
    "Jahrestag",
    "Kategorien",
    "Kinder",
    "Konto",
    "Name Assistent",
    "Name des/der Vorgesetzten",
    "Notizen",
    "Organisationsnr.",
    "Ort",
    "Partner",
    "Postfach geschäftlich",
    "Postfach privat",
    "Priorität",
    "Privat",
    "Regierungsnr.",
    "Reisekilometer",
    "Sprache",
    "Stichwörter",
    "Vertraulichkeit",
    "Verzeichnisserver",
    "Webseite",
    "Weiteres Postfach",
]
OUTLOOK_FR = [
    "Titre",
    "Prénom",
    "Deuxième prénom",
    "Nom",
    "Suffixe",
    "Société",
    "Service",
    "Titre",
    "Rue (bureau)",
    "Rue (bureau) 2",
    "Rue (bureau) 3",
    "Ville (bureau)",
    "Dép/Région (bureau)",
    "Code postal (bureau)",
    "Pays/Région (bureau)",
    "Rue (domicile)",
    "Rue (domicile) 2",
    "Rue (domicile) 3",
    "Ville (domicile)",
    "Dép/Région (domicile)",
    "Code postal (domicile)",
    "Pays/Région (domicile)",
    "Rue (autre)",
    "Rue (autre) 2",
    "Rue (autre) 3",
    "Ville (autre)",
    "Dép/Région (autre)",
    "Code postal (autre)",
    "Pays/Région (autre)",
    "Téléphone de l'assistant(e)",
    "Télécopie (bureau)",
    "Téléphone (bureau)",
    "Téléphone 2 (bureau)",
    "Rappel",
    "Téléphone (voiture)",
    "Téléphone société",
    "Télécopie (domicile)",
    "Téléphone (domicile)",
    "Téléphone 2 (domicile)",
    "RNIS",
    "Tél. mobile",
    "Télécopie (autre)",
    "Téléphone (autre)",
    "Récepteur de radiomessagerie",
    "Téléphone principal",
    "Radio téléphone",
    "Téléphone TDD/TTY",
    "Télex",
    "Adresse de messagerie",
    "Type de messagerie",
    "Nom complet de l'adresse de messagerie",
    "Adresse de messagerie 2",
    "Type de messagerie 2",
    "Nom complet de l'adresse de messagerie 2",
    "Anniversaire",
    "Bureau",
    "Catégories",
    "Compte",
    "Conjoint(e)",
    "Enfants",
    "Initiales",
    "Langue",
    "Mots clés",
    "Nom de l'assistant(e)",
    "Notes",
    "Page Web",
    "Passe-temps",
    "Priorité",
    "Privé",
    "Profession",
    "Sexe",
]
LINKEDIN = ["First Name", "Last Name", "URL", "Email Address", "Company", "Position", "Connected On"]
LINKEDIN_NOTE = (
    'Notes:\n"When exporting your connection data, you may notice that some of the email addresses are missing. You will '
    "only see email addresses for connections who have allowed their connections to see or download their email address "
    'using this setting. You can learn more here."\n\n'
)


def table(header, *rows, delimiter=",", quoting=csv.QUOTE_MINIMAL, end="\r\n"):
    """Rows given as dictionaries by header; a header that occurs twice is given by its position."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerow(header)
    for row in rows:
        line = [row.get(name, "") if header.count(name) == 1 else "" for name in header]
        for position in (key for key in row if isinstance(key, int)):
            line[position] = row[position]
        writer.writerow(line)
    return out.getvalue()


def google():
    return table(
        GOOGLE,
        {
            "First Name": "Maren", "Middle Name": "Elisabeth", "Last Name": "Ölschläger",
            "Organization Name": "Nordlicht Beratung GmbH", "Organization Title": "Geschäftsführerin",
            "Notes": "Zweite Zeile folgt:\nmag \"kurze\" Wege", "Labels": "Kunden ::: Berlin ::: * myContacts",
            "E-mail 1 - Label": "* Work", "E-mail 1 - Value": "Maren@Nordlicht.example ::: buero@nordlicht.example",
            "Phone 1 - Label": "Mobile", "Phone 1 - Value": "0151 23456789",
            "Phone 2 - Label": "Work", "Phone 2 - Value": "+49 30 901820",
            "Address 1 - Label": "Work", "Address 1 - Formatted": "Hafenstraße 7\n10115 Berlin\nDE",
            "Address 1 - Street": "Hafenstraße 7", "Address 1 - City": "Berlin", "Address 1 - Postal Code": "10115",
            "Address 1 - Country": "DE", "Website 1 - Value": "https://www.nordlicht.example/team",
        },
        {"First Name": "יעל", "Last Name": "בן־דוד", "Organization Name": "סטודיו אור", "E-mail 1 - Value": "yael@or.example",
         "Phone 1 - Value": "+972 52-234-5678", "Labels": "* myContacts"},
        {"First Name": "محمد", "Last Name": "الأحمد", "E-mail 1 - Value": "mohammed@bayan.example",
         "Organization Name": "دار البيان"},
        {"First Name": "小明", "Last Name": "王", "Organization Name": "晨星设计", "E-mail 1 - Value": "xm.wang@chenxing.example"},
        {"First Name": "Zoë 🌻", "Last Name": "Fischer", "E-mail 1 - Value": "zoe@fischer.example",
         "Notes": "Emoji im Namen 👩🏽‍🌾, so gewollt."},
        {"First Name": "Jose\u0301", "Last Name": "Mun\u0303oz", "E-mail 1 - Value": "jose@munoz.example"},
        {"Organization Name": "Bäckerei Kornblum", "Phone 1 - Value": "030 / 5551234"},
        {"First Name": "Kaputt", "Last Name": "Adresse", "E-mail 1 - Value": "kaputt(at)adresse.example"},
        end="\n",
    ).encode()  # fmt: skip


def google_old():
    return table(
        GOOGLE_OLD,
        {"Name": "Анна Петровна Иванова", "Given Name": "Анна", "Additional Name": "Петровна", "Family Name": "Иванова",
         "Group Membership": "* myContacts ::: Поставщики", "E-mail 1 - Type": "* ", "E-mail 1 - Value": "anna@sever.example",
         "Phone 1 - Type": "Mobile", "Phone 1 - Value": "+7 912 345-67-89", "Organization 1 - Name": "Север",
         "Organization 1 - Title": "Директор"},
        {"Name": "太郎 山田", "Given Name": "太郎", "Family Name": "山田", "E-mail 1 - Value": "taro@yamada.example",
         "Address 1 - Formatted": "丸の内1-1\n千代田区, 東京都 100-0005\nJP", "Address 1 - Street": "丸の内1-1",
         "Address 1 - City": "千代田区", "Address 1 - Region": "東京都", "Address 1 - Postal Code": "100-0005",
         "Address 1 - Country": "JP"},
    ).encode("utf-16")  # fmt: skip


def outlook_en():
    odds = {
        "Gender": "Unspecified",
        "Priority": "Normal",
        "Private": "False",
        "Sensitivity": "Normal",
        "Birthday": "0/0/00",
    }
    return b"\xef\xbb\xbf" + table(
        OUTLOOK_EN,
        odds | {
            "Title": "Dr.", "First Name": "Aoife", "Last Name": "O'Brien", "Company": "Brien & Sons, Ltd.",
            "Job Title": "Partner", "Business Street": "1 Quay Street", "Business Street 2": "Floor 3",
            "Business City": "Galway", "Business Postal Code": "H91 XY12", "Business Country/Region": "Ireland",
            "Home Street": "2 Hill Road", "Home City": "Oranmore", "Business Phone": "+353 91 567890",
            "Mobile Phone": "+353 87 123 4567", "Business Fax": "+353 91 567891", "E-mail Address": "aoife@brien.example",
            "E-mail Type": "SMTP", "E-mail Display Name": "Aoife O'Brien (aoife@brien.example)",
            "E-mail 2 Address": "aoife@home.example", "Categories": "Clients;Green Category",
            "Notes": "Prefers mail.\r\nCalls back on Fridays.", "Web Page": "http://www.brien.example",
        },
        odds | {"First Name": "Nobody"},
        odds,
        quoting=csv.QUOTE_ALL,
    ).encode()  # fmt: skip


def outlook_de():
    return table(
        OUTLOOK_DE,
        {"Anrede": "Frau", "Vorname": "Jördis", "Nachname": "Groß", "Firma": "Groß & Söhne", "Position": "Einkauf",
         "Straße privat": "Am Anger 3", "Ort privat": "Jena", "Postleitzahl privat": "07743",
         "Telefon geschäftlich": "03641 123456", "Mobiltelefon": "0170/1234567", "E-Mail-Adresse": "joerdis@gross.example",
         "E-Mail-Typ": "SMTP", "E-Mail: Angezeigter Name": "Jördis Groß", "Kategorien": "Lieferant", "Priorität": "Normal",
         "Privat": "Aus", "Notizen": "kündigt „früh“ an; 5 € Rabatt"},
        {"Vorname": "Nils", "Nachname": "Übel", "E-Mail-Adresse": "nils@uebel.example"},
        delimiter=";",
    ).encode("cp1252")  # fmt: skip


def outlook_fr():
    return table(
        OUTLOOK_FR,
        {0: "Mme", "Prénom": "Hélène", "Nom": "Lefèvre", "Société": "Atelier Œuvre", 7: "Gérante",
         "Rue (bureau)": "12, rue du Château", "Ville (bureau)": "Besançon", "Code postal (bureau)": "25000",
         "Pays/Région (bureau)": "France", "Téléphone (bureau)": "+33 3 81 12 34 56",
         "Adresse de messagerie": "helene@oeuvre.example", "Adresse de messagerie 2": "h.lefevre@maison.example",
         "Catégories": "Clients", "Notes": "Préfère l’après-midi"},
    ).encode("cp1252")  # fmt: skip


def linkedin():
    return (
        LINKEDIN_NOTE
        + table(
            LINKEDIN,
            {"First Name": "Priya", "Last Name": "Raman", "URL": "https://www.linkedin.com/in/priya-example",
             "Email Address": "", "Company": "Raman Analytics", "Position": "Head of Data, Europe", "Connected On": "12 Mar 2024"},
            {"First Name": "Lars", "Last Name": "Ødegård 🎣", "URL": "https://www.linkedin.com/in/lars-example",
             "Email Address": "lars@fjord.example", "Company": "Fjord, Inc.", "Position": "CTO", "Connected On": "03 Jan 2023"},
            {"URL": "https://www.linkedin.com/in/nobody-example"},
            end="\n",
        )
    ).encode()  # fmt: skip


def handmade_it():
    return table(
        ["Nome", "Cognome", "Azienda", "Cellulare", "E-mail", "Città", ""],
        {"Nome": "Niccolò", "Cognome": "D'Amico", "Azienda": "Bottega Blu", "Cellulare": "347 1234567",
         "E-mail": "niccolo@blu.example", "Città": "Forlì", "": "fattura a fine mese"},
        delimiter="\t", end="\n",
    ).encode("utf-16-le")  # fmt: skip


GOOGLE_VCF = """\
BEGIN:VCARD
VERSION:3.0
FN:Maren Ölschläger
N:Ölschläger;Maren;;Dr.;
EMAIL;TYPE=INTERNET;TYPE=WORK:maren@nordlicht.example
TEL;TYPE=CELL:0151 23456789
ORG:Nordlicht Beratung GmbH
TITLE:Geschäftsführerin
item1.URL:https\\://www.nordlicht.example
item1.X-ABLabel:Profil
CATEGORIES:Kunden,myContacts
NOTE:Erste Zeile\\nzweite\\, mit Komma
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:يوسف الحداد
N:الحداد;يوسف;;;
EMAIL;TYPE=INTERNET:yousef@haddad.example
END:VCARD
"""

APPLE_VCF = """\
BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//macOS 14.5//EN
N:山田;太郎;;;
FN:山田 太郎
X-PHONETIC-FIRST-NAME:たろう
ORG:山田製作所;設計部
TITLE:部長
item1.EMAIL;type=INTERNET;type=pref:taro@yamada.example
item1.X-ABLabel:_$!<Work>!$_
EMAIL;type=INTERNET;type=HOME:taro@home.example
TEL;type=CELL;type=VOICE;type=pref:+81 90-1234-5678
item2.TEL:+81 3-1234-5678
item2.X-ABLabel:Fabrik
TEL;type=WORK;type=FAX:+81 3-1234-5679
item3.ADR;type=WORK;type=pref:;;丸の内1-1;千代田区;東京都;100-0005;日本
item3.X-ABADR:jp
ADR;type=HOME:;;桜通り 2;横浜市;神奈川県;220-0001;日本
NOTE:Ein langer Vermerk\\, der über die Zeile hinaus geht und deshalb von dem 
 Programm gefaltet wird\\; mit Semikolon.
BDAY;value=date:1980-04-05
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJ
 CQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/
 2wBDAQkJCQwLDBgNDRgyIRwhMjIy
X-SOCIALPROFILE;type=linkedin:https://www.linkedin.com/in/taro-example
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:;;;;
FN:Café Solñé
ORG:Café Solñé;
X-ABShowAs:COMPANY
TEL;type=MAIN:+34 912 345 678
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:Abgeschnitten;Karte;;;
FN:Karte Abgeschnitten
EMAIL:karte@abgeschnitten.example
BEGIN:VCARD
VERSION:3.0
N:Danach;Noch da;;;
FN:Noch da Danach
EMAIL:danach@noch.example
END:VCARD
"""

APPLE_VCF_4 = """\
BEGIN:VCARD
VERSION:4.0
PRODID:-//Apple Inc.//iOS 18.1//EN
N:בן־דוד;יעל;;;
FN:יעל בן־דוד
ORG:סטודיו אור
EMAIL;PREF=1;TYPE=work:yael@or.example
TEL;VALUE=uri;PREF=1;TYPE="voice,cell":tel:+972-52-234-5678
ADR;TYPE=work;LABEL="Rothschild 1, Tel Aviv":;;שדרות רוטשילד 1;תל אביב;;6688101;ישראל
NOTE:מעדיפה דואר אלקטרוני 📬
CATEGORIES:לקוחות,VIP
REV:20261101T101500Z
UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
END:VCARD
"""


def phone_vcf():
    """As a phone of 2006 wrote it: quoted-printable, soft line breaks, a charset for each line, an AGENT inside."""

    def encoded(text, charset):
        lines = quopri.encodestring(text.encode(charset), quotetabs=True).decode().replace("=\n", "=\r\n")
        return lines.replace(" ", "=20")

    note = "Spricht über Äpfel, Öfen und Übungen; ruft nach dem Mittag zurück, am liebsten mittwochs."
    return "\r\n".join(
        [
            "BEGIN:VCARD",
            "VERSION:2.1",
            f"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{encoded('Grünwald', 'utf-8')};{encoded('Jürgen', 'utf-8')}",
            f"NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:{encoded(note, 'latin-1')}",
            "TEL;CELL;PREF:+491701234567",
            "TEL;WORK;VOICE:0301234567",
            "EMAIL;INTERNET:juergen@gruenwald.example",
            "ADR;WORK;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:;;Stra=C3=9Fe 1;K=C3=B6ln;;50667;Deutschland",
            "PHOTO;JPEG;ENCODING=BASE64:",
            " /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8U",
            " HRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL=",
            "",
            "END:VCARD",
            "BEGIN:VCARD",
            "VERSION:2.1",
            "N;ENCODING=QUOTED-PRINTABLE;CHARSET=WINDOWS-1251:=C8=E2=E0=ED=EE=E2=E0;=C0=ED=ED=E0",
            "TEL;HOME:+79123456789",
            "END:VCARD",
            "",
        ]
    ).encode("ascii")


def excel_book():
    """As somebody keeps clients in Excel: a first sheet that explains, a title over the table, numbers with formats."""
    book = Workbook()
    book.active.title = "Lies mich"
    book.active["A1"] = "Stand: November"
    sheet = book.create_sheet("Kunden")
    sheet["A1"] = "Kundenliste 2026"
    sheet.merge_cells("A1:H1")
    sheet["A2"], sheet["D2"] = "Person", "Anschrift"
    sheet.merge_cells("A2:C2")
    sheet.merge_cells("D2:F2")
    sheet.append(["Vorname", "Nachname", "Firma", "PLZ", "Ort", "Telefon", "E-Mail", "Bemerkung"])
    sheet.append(["Maren", "Ölschläger", "Nordlicht", 1099, "Dresden", 4930901820, "maren@nordlicht.example", 0.125])
    sheet.append(["", "", "", "", "", "", "", ""])
    sheet.append(
        ["נעמה", "לוי", "מעבדה", 10115, "Berlin", "030/123456", '=LOWER("NAAMA@LAB.example")', date(2026, 11, 3)]
    )
    sheet.append(["Zoë 🌻", "Kaputt", "Lab", "", "", 1.5, "zoe(at)lab", True])
    for cell, wanted in (("D4", "00000"), ("D6", "00000"), ("H4", "0.0%"), ("H6", "dd/mm/yyyy"), ("F4", "0")):
        sheet[cell].number_format = wanted
    hidden = book.create_sheet("Preise")
    hidden.append(["Vorname", "Nachname"]), hidden.append(["Nie", "Gesehen"])
    hidden.sheet_state = "hidden"
    old = book.create_sheet("Alte")
    old.append(["First name", "E-mail"]), old.append(["Nils", "nils@alt.example"])
    return _with_results(book, {'LOWER("NAAMA@LAB.example")': "naama@lab.example"})


def outlook_book():
    """Outlook's export saved in Excel."""
    book = Workbook()
    book.active.title = "Contacts"
    row = {"Title": "Dr", "First Name": "Jürgen", "Last Name": "Groß", "Company": "Fjord", "Job Title": "CTO",
           "E-mail Address": "juergen@fjord.example", "Business Phone": "+49 30 123457"}  # fmt: skip
    book.active.append(OUTLOOK_EN)
    book.active.append([row.get(name, "") for name in OUTLOOK_EN])
    return _with_results(book, {})


def _with_results(book, results):
    """The workbook as Excel saves it: beside each formula what it came to."""
    made, saved = io.BytesIO(), io.BytesIO()
    book.properties.created = book.properties.modified = datetime(2026, 11, 3)  # noqa: DTZ001
    book.save(made)
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            text = before.read(part)
            for formula, result in results.items():
                made_of = re.escape(f"<f>{formula}</f>").encode() + rb"<v ?/?>(?:</v>)?"
                text = re.sub(
                    rb'<c r="(\w+)"([^>]*)>' + made_of, rb'<c r="\1" t="str"><f/><v>' + result.encode() + b"</v>", text
                )
            after.writestr(zipfile.ZipInfo(part.filename, (2026, 11, 3, 0, 0, 0)), text)
    return saved.getvalue()


WORKBOOKS = {"excel-german.xlsx": excel_book, "outlook-english.xlsx": outlook_book}


def hubspot():
    """Contacts, All contacts, Export: CSV of all properties in the view. Empty cells are empty, lists have semicolons."""
    return table(
        ["Record ID", "First Name", "Last Name", "Email", "Phone Number", "Contact owner", "Lead Status",
         "Marketing contact status", "Create Date", "Job Title", "Associated Company IDs", "Associated Company"],
        {"Record ID": "51", "First Name": "Zoë", "Last Name": "Øst 🌻", "Email": "zoe@fjord.example", "Phone Number": "+45 20 55 01 77",
         "Contact owner": "Alice Novak (alice@acme.example)", "Lead Status": "Open", "Create Date": "2026-10-02 14:21",
         "Job Title": "CTO", "Associated Company IDs": "9001", "Associated Company": "Fjord A/S"},
        {"Record ID": "101", "First Name": "محمد", "Last Name": "الشمري", "Email": "mohammad@lab.example",
         "Contact owner": "Somebody Gone", "Create Date": "2026-10-03 09:00", "Associated Company": "المختبر"},
        {"Record ID": "151", "Phone Number": "+45 20 55 01 78", "Create Date": "2026-10-03 09:01"},
        quoting=csv.QUOTE_ALL,
    ).encode("utf-8")  # fmt: skip


def pipedrive_people():
    """Contacts, People, Export filter results: each column says whose it is, each address has a column for its kind."""
    return table(
        ["Person - Name", "Person - Labels", "Person - Organization", "Person - Email - Work", "Person - Email - Home",
         "Person - Email - Other", "Person - Phone - Work", "Person - Phone - Mobile", "Person - Open deals",
         "Person - Next activity date", "Person - Owner", "Person - ID"],
        {"Person - Name": "Inês de Sá", "Person - Labels": "Customer, Hot lead", "Person - Organization": "Mar Azul Lda",
         "Person - Email - Work": "ines@marazul.example", "Person - Email - Home": "ines@casa.example",
         "Person - Phone - Work": "+351 21 123 4567", "Person - Phone - Mobile": "+351 912 345 678", "Person - Open deals": "1",
         "Person - Owner": "Alice Novak", "Person - ID": "7"},
        {"Person - Name": "王小明", "Person - Organization": "Mar Azul Lda", "Person - Owner": "Alice Novak", "Person - ID": "8"},
    ).encode("utf-8-sig")  # fmt: skip


def pipedrive_deals():
    """Deals, Export filter results: amounts without signs, days in ISO, what is decided says so in its own column."""
    return table(
        ["Deal - Title", "Deal - Value", "Deal - Currency of Value", "Deal - Organization", "Deal - Contact person",
         "Deal - Stage", "Deal - Status", "Deal - Expected close date", "Deal - Next activity subject",
         "Deal - Next activity date", "Deal - Owner", "Deal - ID"],
        {"Deal - Title": "Relaunch", "Deal - Value": "12500", "Deal - Currency of Value": "EUR", "Deal - Organization": "Mar Azul Lda",
         "Deal - Contact person": "Inês de Sá", "Deal - Stage": "Proposal", "Deal - Status": "Open",
         "Deal - Expected close date": "2026-12-15", "Deal - Next activity subject": "Call about the offer ☎️",
         "Deal - Next activity date": "2026-12-01", "Deal - Owner": "Alice Novak", "Deal - ID": "3"},
        {"Deal - Title": "Hosting", "Deal - Value": "480.50", "Deal - Currency of Value": "USD", "Deal - Organization": "Mar Azul Lda",
         "Deal - Stage": "Contact Made", "Deal - Status": "Won", "Deal - Expected close date": "2026-03-01",
         "Deal - Owner": "Alice Novak", "Deal - ID": "4"},
        {"Deal - Title": "Logo", "Deal - Value": "many", "Deal - Organization": "Mar Azul Lda", "Deal - Stage": "Contact Made",
         "Deal - Status": "Open", "Deal - ID": "5"},
        {"Deal - Title": "Audit", "Deal - Organization": "Mar Azul Lda", "Deal - Stage": "Contact Made", "Deal - Status": "Open",
         "Deal - ID": "6"},
    ).encode("utf-8-sig")  # fmt: skip


FILES = {
    "hubspot-contacts.csv": hubspot,
    "pipedrive-people.csv": pipedrive_people,
    "pipedrive-deals.csv": pipedrive_deals,
    "google-contacts.csv": google,
    "google-contacts-2019-utf16.csv": google_old,
    "outlook-english-utf8-bom.csv": outlook_en,
    "outlook-german-cp1252-semicolon.csv": outlook_de,
    "outlook-french-cp1252.csv": outlook_fr,
    "linkedin-connections.csv": linkedin,
    "handmade-italian-utf16le-tabs.txt": handmade_it,
    "google-contacts.vcf": lambda: GOOGLE_VCF.encode(),
    "apple-contacts.vcf": lambda: APPLE_VCF.replace("\n", "\r\n").encode(),
    "apple-contacts-v4.vcf": lambda: APPLE_VCF_4.replace("\n", "\r\n").encode(),
    "old-phone-v21.vcf": phone_vcf,
}

if __name__ == "__main__":
    for name, make in (FILES | WORKBOOKS).items():
        (Path(__file__).parent / name).write_bytes(make())
