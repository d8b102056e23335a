"""How the columns of address books are called, in the languages of our customers: words only, no code."""

# The words of a header, without accents, case and punctuation; one line a language where that reads better.
HEADERS = {
    "first_name": """
        first name|given name|firstname|forename|given|first|vorname|rufname|prenom|nombre de pila
        primer nombre|primeiro nome|nome proprio|nome de batismo|fornavn|voornaam|roepnaam|fornamn
        etunimi|imie|jmeno|keresztnev|utonev|имя|όνομα|名|الاسم الأول|שם פרטי""",
    "middle_name": """
        middle name|additional name|second name|weitere vornamen|zweiter vorname|weiterer vorname
        2 vorname|deuxieme prenom|autre prenom|segundo nombre|secondo nome|segundo nome
        outros nomes apelidos|mellemnavn|middelste naam|tweede naam|mellomnavn|mellannamn
        drugie imie|отчество""",
    "last_name": """
        last name|family name|surname|lastname|family|last|nachname|familienname|zuname
        nom de famille|nom famille|apellido|apellidos|primer apellido|cognome|cognomi|sobrenome
        apelido|apelidos|efternavn|achternaam|familienaam|etternavn|efternamn|sukunimi|nazwisko
        prijmeni|vezeteknev|фамилия|επώνυμο|姓|اسم العائلة|שם משפחה""",
    "full_name": """
        person name|deal contact person|associated contact
        full name|display name|name full|contact name|contact|contact person|person|fullname
        complete name|file as|vollstandiger name|voller name|kontakt|kontaktperson|kontaktname
        ansprechpartner|ansprechpartnerin|anzeigename|vor und nachname|vorname und nachname
        vorname nachname|name vorname|nachname vorname|nom complet|nom et prenom|prenom nom
        nom prenom|interlocuteur|personne de contact|nombre completo|nombre y apellidos
        nombre y apellido|persona de contacto|contacto|nome completo|nome e cognome|nome cognome
        cognome e nome|referente|nome e sobrenome|contato|pessoa de contato|fulde navn|hele navn
        volledige naam|contactpersoon|voor en achternaam|fullstendig navn|imie i nazwisko|фио
        полное имя|氏名|姓名|שם מלא|الاسم الكامل|الاسم""",
    "email": """
        email|e mail|person email|email address|e mail address|mail|mail address|emails|e mails|email value
        e mail value|emailaddress|primary email|primary e mail|electronic mail|mailadresse
        mail adresse|emailadresse|e mailadresse|e mail adresse|email adresse|e mail adressen
        adresse e mail|adresse email|adresse mail|adresse de messagerie|adresse electronique
        courriel|messagerie|correo|correo electronico|direccion de correo electronico
        direccion del correo electronico|direccion de correo|direccion email|direccion de email
        indirizzo posta elettronica|indirizzo di posta elettronica|posta elettronica|indirizzo email
        indirizzo e mail|endereco de email|endereco de e mail|endereco de correio electronico
        endereco do correio electronico|endereco de correio eletronico|correio electronico
        correio eletronico|endereco eletronico|e mailadres|emailadres|e mail adres|epost|e post
        e postadresse|e postadress|epostadresse|sahkoposti|sahkopostiosoite|adres e mail|adres email
        e mailova adresa|почта|электронная почта|эл почта|адрес электронной почты
        電子メール アドレス|電子メール|メール|メールアドレス|电子邮件|电子邮件地址|邮箱
        البريد الإلكتروني|דואר אלקטרוני|אימייל""",
    "phone": """
        phone|person phone|phone number|telephone|telephone number|tel|tel no|phone value|mobile|mobile phone
        mobile number|cell|cell phone|cellphone|direct|direct phone|direct line|direct dial|phones
        landline|car phone|radio phone|callback|telefon|telefonnummer|telefonnr|tel nr|rufnummer
        mobil|mobiltelefon|mobilnummer|handy|handynummer|festnetz|durchwahl|telefon zentrale
        haupttelefon|autotelefon|ruckmeldung|telefon firma|mobilfunk|portable|telephone portable
        tel portable|tel mobile|telephone mobile|telephone fixe|fixe|numero de telephone
        telephone societe|telephone principal|telephone professionnel|telephone personnel|telefono
        numero de telefono|movil|telefono movil|celular|telefono celular|telefono fijo|particular
        numero de centralita de la organizacion|numero di telefono|cellulare|telefono cellulare
        telefono fisso|telefone|numero de telefone|telemovel|telefone celular|telefone fixo
        telefone principal|mobilnr|fastnet|telefoon|telefoonnummer|telefoonnr|mobiel
        mobiele telefoon|mobiel nummer|gsm|mobilephone|mobiltelefonnummer|puhelin|telefon komorkowy
        komorka|mobilni telefon|телефон|мобильный|мобильный телефон|номер телефона|電話|電話番号
        携帯電話|电话|手机|هاتف|رقم الهاتف|טלפון|נייד""",
    "company": """
        person organization|deal organization|associated company
        company|company name|organization|organisation|organization name|organisation name
        account name|employer|business name|firm|customer|client|client name|customer name
        current company|firma|firmenname|unternehmen|arbeitgeber|kunde|gesellschaft|betrieb
        auftraggeber|societe|entreprise|nom de la societe|nom de l entreprise|raison sociale
        organisme|employeur|empresa|organizacion|compania|nombre de la empresa|razon social|cliente
        sociedad|azienda|societa|ditta|organizzazione|ragione sociale|nome azienda|organizacao
        nome da empresa|companhia|virksomhed|virksomhedsnavn|firmanavn|selskab|bedrijf|bedrijfsnaam
        organisatie|klant|foretag|foretagsnavn|bedrift|yritys|organizacja|spolecnost|ceg|организация
        компания|фирма|会社|会社名|勤務先|公司|单位|الشركة|חברה""",
    "title": """
        job title|position|role|organization title|organisation title|occupation|jobtitle
        current position|job|berufsbezeichnung|stellenbezeichnung|funktion|stelle|rolle|jobtitel
        fonction|poste|intitule du poste|titre du poste|emploi|puesto|cargo|puesto de trabajo
        funcion|posizione|qualifica|mansione|ruolo|posizione lavorativa|funcao|posto|stilling
        titel pa stilling|functie|functietitel|yrkestitel|stillingstittel|stanowisko|должность|役職
        职位|职务|المسمى الوظيفي|תפקיד""",
    "street": """
        street|street address|address|address line|address street|street name|street line
        mailing address|postal address|strasse|straße|str|adresse|anschrift|postanschrift
        strasse hausnummer|strasse und hausnummer|strasse nr|strasse hausnr|strasse und nr|rue
        adresse postale|voie|numero et rue|direccion|calle|domicilio|direccion postal|via|indirizzo
        indirizzo postale|rua|endereco|morada|logradouro|rua do endereco|gade|vej|gadenavn
        adresse gade|gate vei|gateadresse|straat|adres|straatnaam|straat en huisnummer|adres straat
        straat en nummer|gatuadress|gata|lahiosoite|osoite|ulica|adres ulica|ulice|адрес|улица|住所
        番地|地址|العنوان|כתובת|רחוב""",
    "postal_code": """
        postal code|postcode|post code|zip|zip code|zip postal code|zipcode|address postal code
        postal zip code|plz|postleitzahl|code postal|cp|codigo postal|cod postal|cap|codice postale
        codice avviamento postale|cep|cep do endereco|codigo postal do endereco|postnummer|postnr
        adres postcode|postinumero|kod pocztowy|adres kod pocztowy|psc|индекс|почтовый индекс
        郵便番号|邮政编码|邮编|الرمز البريدي|מיקוד""",
    "city": """
        city|town|address city|city town|locality|place|ort|stadt|wohnort|ort stadt|stadt ort|ville
        localite|commune|ciudad|localidad|poblacion|municipio|citta|comune|localita|cidade
        localidade|cidade do endereco|by|adresse by|bynavn|poststed|plaats|woonplaats|stad
        adres plaats|postort|kaupunki|postitoimipaikka|miejscowosc|miasto|adres miejscowosc|mesto
        город|市区町村|市|城市|المدينة|עיר""",
    "region": """
        state|region|province|county|state province|state region|address region|address state
        state county|bundesland|bundesland kanton|r bundesland kanton|kanton|region bundesland
        departement|dep region|departement region|provincia|estado|provincia o estado
        comunidad autonoma|regione|stato|distrito|omrade|land omrade|provincie|staat|staat provincie
        adres provincie|wojewodztwo|adres wojewodztwo|область|регион|都道府県|省""",
    "country": """
        country|country region|nation|address country|country name|country code|land|land region
        e land region|staat land|pays|pays region|pais|pais o region|pais region|pais regiao|paese
        nazione|stato nazione|land omrade|land regio|adres land|land regio adres|maa|maa alue|kraj
        kraj region|adres kraj region|zeme|страна|国|国名|国家|البلد|ארץ|מדינה""",
    "website": """
        website|web site|web page|webpage|web|homepage|home page|url|internet|domain|www
        website value|web address|company website|company domain|company domain name|domain name|website url
        linkedin|linkedin url|profile url|webseite|webadresse|internetseite|internetadresse|webauftritt|site web
        site internet|page web|site|pagina web|sitio web|pagina de internet|sito|sito web
        sito internet|pagina da web|pagina na web|sitio|webside|hjemmeside|hjemmeside url|nettside
        webbplats|webpagina|domein|strona sieci web|strona www|сайт|веб сайт|ホームページ|网站|網站
        الموقع|אתר""",
    "tags": """
        person labels|person label|deal label
        tags|tag|categories|category|group membership|labels|label|groups|group|keywords|lists
        kategorien|kategorie|gruppe|gruppen|schlagworte|schlagwort|stichworte|etiketten|categorie
        groupe|groupes|etiquettes|libelles|mots cles|categorias|categoria|etiquetas|etiqueta|grupos
        grupo|gruppi|gruppo|etichette|etichetta|marcadores|kategorier|grupper|etiketter|etikett
        categorieen|groepen|groep|trefwoorden|kategori|kategoriat|категории|метки|группа|分類
        グループ|类别|标签""",
    "owner": """
        owner|contact owner|company owner|deal owner|person owner|organization owner|account owner|assigned to
        zustandig|zustandiger mitarbeiter|verantwortlich|besitzer|proprietaire|responsable|propietario""",
    "source": """
        source|contact source|lead source|original source|quelle|herkunft|origine|origen|fonte|kilde|bron""",
    "legal_basis": """
        legal basis|lawful basis|legal basis for processing|legal basis for processing contact s data|rechtsgrundlage
        base legale|base juridica|base juridique|retsgrundlag""",
    "deal_name": """
        deal|deal name|deal title|opportunity|opportunity name|auftrag|verkaufschance|affaire|oportunidad|trattativa""",
    "deal_value": """
        deal value|deal amount|amount|opportunity amount|auftragswert|betrag|montant|importe|importo|valor""",
    "deal_currency": """
        currency|deal currency|deal currency of value|currency of value|wahrung|devise|moneda|valuta|moeda""",
    "deal_stage": """
        deal stage|stage|pipeline stage|sales stage|phase|etape|etapa|fase""",
    "deal_status": """
        deal status|opportunity status""",
    "deal_close": """
        close date|expected close date|deal expected close date|deal close date|closing date|abschlussdatum
        erwarteter abschluss|date de cloture|cloture prevue|fecha de cierre|data di chiusura""",
    "activity_subject": """
        activity|activity subject|task|task name|next step|next activity subject|deal next activity subject
        aufgabe|tache|tarea|attivita""",
    "activity_kind": """
        activity type|activity kind|task type""",
    "activity_due": """
        due date|task due date|activity due date|activity due|next activity date|deal next activity date
        fallig am|falligkeit|echeance|fecha de vencimiento|scadenza""",
    "note": """
        note|notes|comment|comments|remark|remarks|description|memo|details|background|notiz|notizen
        bemerkung|bemerkungen|anmerkung|anmerkungen|kommentar|kommentare|hinweis|beschreibung
        remarque|remarques|commentaire|commentaires|nota|notas|observaciones|comentario|comentarios
        annotazioni|commento|commenti|osservazioni|anotacoes|observacoes|observacao|notat|notater
        noter|bemaerkning|bemaerkninger|kommentarer|notities|opmerking|opmerkingen|notitie
        anteckningar|anteckning|muistiinpanot|notatki|uwagi|poznamky|megjegyzes|feljegyzesek|заметки
        примечание|комментарий|メモ|備考|备注|附注|ملاحظات|הערות""",
}
# Which phone, whose street: set aside before the rest is looked up.
PLACE_WORDS = {
    "work": """
        work business office company firma geschaftlich dienstlich buro arbeit beruflich bureau
        professionnel professionnelle pro trabajo negocio oficina uff ufficio lavoro comercial empresa
        societa arbejde arb erhverv werk zakelijk werkadres arbeid jobb arbete sluzbowy praca zam
        zamestnani hivatal hivatali""",
    "home": """
        home private personal privat privatadresse domicile personnel personnelle maison domicilio casa
        ab abitazione residencial residencia particular priv thuis huis huisadres prive hem koti domowy
        dom lakas""",
    "other": """
        other weitere weiteres weiterer weiteren sonstige autre otra otro altro altra outro outra anden
        andet annen annet ander andere overige inny inna jiny jina""",
}
SET_ASIDE = """
    value primary main principal principale hoofd haupt primar primaer no nr de do da del della la el du
    des op 1 2 3 4 5 6 7 8 9 10 1o 2o 3o"""
MOBILE_WORDS = """
    mobile mobil mobiltelefon mobilnummer cell cellphone cellular handy handynummer portable movil celular cellulare
    telemovel mobiel mobiele gsm 携帯電話 手机 נייד"""
