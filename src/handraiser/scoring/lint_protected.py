"""Does an agreement read what a person must not be judged by?

By names alone, so that it is known before there are any data: age, gender, origin, religion, disability,
marital status, pregnancy, union, health, sexual orientation, political opinion, in English, German, French
and Spanish.
"""

from __future__ import annotations

from functools import lru_cache

from handraiser.agreement.model import Agreement
from handraiser.facts.inputs import Inputs, Source
from handraiser.scoring.lint_notes import LintCode, Warnings, Written
from handraiser.scoring.lint_read import Read, names_read
from handraiser.scoring.lint_words import Words, says, words_of

__all__ = ["ground_of", "protected_warnings"]

# Phrases that speak of a ground wherever they stand in a name; words without accents, ß as ss.
_ANYWHERE = {
    "age": """
        age, ages, birthday, birth date, date of birth, dob, birth year, year of birth, yob, birthdate,
        alter, geburtstag, geburtsdatum, geburtsjahr, jahrgang, date naissance, date de naissance,
        annee naissance, annee de naissance, edad, fecha nacimiento, fecha de nacimiento, cumpleanos,
        anniversaire,
        birth, born, birthyear, years old, year old, millennial, millennials, gen z, gen x, gen y,
        boomer, boomers, geb dat, geb datum, geb jahr, geburtstermin, geboren, lebensalter,
        volljahrig, volljaehrig, minderjahrig, minderjaehrig, naissance, nacimiento, fecha nac,
        fec nac, nacido""",
    "gender": """
        gender, sex, sexe, sexo, geschlecht, genero, salutation, honorific, pronoun, pronouns, anrede,
        civilite, tratamiento, female, woman, women, maiden name, transgender, mr mrs,
        gndr, birth name, geburtsname, madchenname, maedchenname, nom de naissance, nom naissance,
        nom jeune fille, nom de jeune fille, apellido de soltera, apellido soltera, pronomen,
        pronoms, pronombres, weiblich, mannlich, maennlich, feminin, masculin, femenino,
        masculino, femme, mujer, herr frau, frau herr, sr sra, mr ms, mr mrs ms, nonbinary, non
        binary, cisgender""",
    "origin": """
        nationality, nationalities, citizenship, ethnicity, ethnic, racial, national origin,
        country of origin, birthplace, birth place, place of birth, birth country, country of birth,
        mother tongue, native language, ancestry, skin color, skin colour, migrant, immigrant,
        immigration status, caste, minority, nationalitat, nationalitaet, staatsangehorigkeit,
        staatsangehoerigkeit, staatsburgerschaft, staatsbuergerschaft, herkunftsland, geburtsort,
        geburtsland, muttersprache, ethnie, hautfarbe, migrationshintergrund, nationalite, citoyennete,
        lieu naissance, lieu de naissance, pays naissance, pays de naissance, langue maternelle,
        origine ethnique, pays origine, nacionalidad, ciudadania, etnia, lugar nacimiento,
        lugar de nacimiento, pais nacimiento, pais de nacimiento, lengua materna, pais origen,
        hispanic, latino, latina, latinx, bipoc, person of color, people of color, indigenous,
        indigena, african american, native american, refugee, fluchtling, fluechtling, refugie,
        refugiado, asylum, immigre, inmigrante, einwanderer, abstammung, ascendencia, ethnizitat,
        ethnizitaet, ethnische herkunft, ethnicite, rasse, volksgruppe, heimatland, pays d
        origine, pays de origine, pais de origen, origen etnico, origen racial, residence permit,
        aufenthaltstitel, aufenthaltsstatus, titre de sejour, permiso de residencia""",
    "religion": """
        religion, religions, religious, denomination, church tax, confession, konfession,
        kirchensteuer, religionszugehorigkeit, religionszugehoerigkeit, croyance, creencia,
        kirche, kirchenmitglied, kirchenzugehorigkeit, kirchenzugehoerigkeit, glaubensrichtung,
        church member, church membership, muslim, jewish, catholic, katholisch, evangelisch,
        catholique, musulman, catolico, religieux, religieuse, religioso, religiosa, religios,
        religioes, culto, eglise, iglesia""",
    "disability": """
        disability, disabilities, handicap, handicapped, wheelchair, disabled person, severely disabled,
        behinderung, schwerbehinderung, schwerbehindert, behindert, invalidite, discapacidad,
        discapacitado, minusvalia,
        impairment, handicape, incapacidad, schwerbehindertenausweis, rollstuhl""",
    "marital status": """
        marital, marital status, married, divorced, widowed, spouse, civil status, familienstand,
        verheiratet, ledig, geschieden, verwitwet, ehepartner, situation familiale, etat civil, conjoint,
        estado civil, casado, casada, conyuge, soltero, soltera,
        marriage, divorce, husband, wife, relationship status, family status, familienstatus,
        zivilstand, ehestand, ehefrau, ehemann, situation de famille, situation matrimoniale,
        celibataire, divorcee, pacse, pacsee, situacion familiar, divorciado, divorciada, viudo,
        viuda, esposo, esposa""",
    "pregnancy": """
        pregnancy, pregnant, maternity, parental leave, schwanger, schwangerschaft, mutterschutz,
        elternzeit, grossesse, enceinte, maternite, embarazo, embarazada, maternidad,
        paternity, paternite, conge parental, mutterschaft, permiso parental""",
    "union membership": """
        trade union, labor union, labour union, union member, union membership, unionized, unionised,
        gewerkschaft, gewerkschaftsmitglied, syndicat, syndique, sindicato, sindicado,
        gewerkschaftlich, syndiquee, syndical, syndicale, sindical, works council, betriebsrat""",
    "health": """
        health condition, health conditions, health problem, health problems, health history,
        health record, medical history, medical condition, medical record, illness, disease, diagnosis,
        sick leave, sick days, krankheit, krankheiten, krankenstand, gesundheitszustand, diagnose,
        maladie, etat de sante, enfermedad, estado de salud,
        etat sante, estado salud, health issue, health issues, mental health, medical leave,
        medication, blood type, hiv, krankmeldung, krankentage, krankschreibung, erkrankung,
        vorerkrankung, gesundheitsdaten, gesundheitsstatus, blutgruppe, medikamente, baja medica,
        diagnostico""",
    "sexual orientation": """
        sexual orientation, sexuality, sexual preference, lgbt, lgbtq, gay, lesbian, homosexual, bisexual,
        sexuelle orientierung, sexualitat, sexualitaet, orientation sexuelle, orientacion sexual,
        queer, heterosexual, homosexuell, bisexuell, lesbisch, schwul, homosexuel, lesbienne,
        lesbiana""",
    "political opinion": """
        political, politics, party membership, party affiliation, partei, parteibuch,
        parteizugehorigkeit, parteizugehoerigkeit, opinion politique, opinions politiques,
        parti politique, opinion politica, partido politico, afiliacion politica,
        party member, voter, voter registration, parteimitglied, parteimitgliedschaft, politisch,
        politische, wahlverhalten, membre parti, adherent parti, militancia politica""",
}
# Phrases that do so only where they are all of a name: `genre` may be one of music, `union` one of credit.
_ALONE = {
    "gender": "genre, male, m w, w m, m w d, m f, f m, m f d, h f, frau, herr, homme, hombre, gend",
    "origin": "race, citizen, herkunft, raza, origine, origen, tribe, immigration",
    "religion": "faith, church, christian, glaube, glauben",
    "disability": "disabled",
    "marital status": "marie, mariee, veuf, veuve",
    "union membership": "union",
    "health": "health, gesundheit, sante, salud",
    "political opinion": "party, partido",
}
# What stands before a name and says nothing of it.
_BEFORE = frozenset({"is", "has", "contact", "person", "personal", "user", "lead", "my", "their"})
# Beside one of these, an age is that of a record or a thing.
_OF_THINGS = frozenset(
    {
        *(
            "lead",
            "account",
            "company",
            "record",
            "domain",
            "page",
            "session",
            "cookie",
            "device",
            "data",
            "list",
        ),
        *("subscription", "contract", "deal", "opportunity", "crm", "content", "website", "site"),
        *("second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks"),
        *("month", "months", "tage", "tagen", "jours", "dias", "firma", "konto", "unternehmen"),
    }
)
_BUT_BESIDE: dict[Words, frozenset[str]] = {
    **dict.fromkeys([("age",), ("ages",), ("alter",)], _OF_THINGS),
    ("union", "member"): frozenset({"credit", "student"}),
}
# A company has no age or gender that the law protects; the people at its head have.
_PEOPLE = frozenset(
    {
        *("owner", "owners", "owned", "founder", "founders", "founded", "ceo", "director", "manager"),
        *("contact", "president", "head", "led", "inhaber", "inhaberin", "gerant", "dueno", "person"),
    }
)


def _phrases(texts: dict[str, str]) -> list[tuple[Words, str]]:
    """Return the phrases and what each speaks of, the longest first: they say it more exactly."""
    found = [(tuple(one.split()), ground) for ground, text in texts.items() for one in text.split(",")]
    return sorted(found, key=lambda each: -len(each[0]))


_ANYWHERE_SAID, _ALONE_SAID = _phrases(_ANYWHERE), _phrases(_ALONE)


@lru_cache(maxsize=4096)
def ground_of(name: str, *, scope: str = "lead") -> str | None:
    """Return which protected ground a name speaks of, None for none: `birth_date` of age, `usage` of none."""
    words = words_of(name)
    if scope == "company" and not _PEOPLE & set(words):
        return None
    for phrase, ground in _ANYWHERE_SAID:
        if says(words, phrase) and not _BUT_BESIDE.get(phrase, frozenset()) & set(words):
            return ground
    alone = words[1:] if len(words) > 1 and words[0] in _BEFORE else words
    return next((ground for phrase, ground in _ALONE_SAID if alone == phrase), None)


def protected_warnings(
    agreement: Agreement, inputs: Inputs | None, warnings: Warnings, written: Written
) -> None:
    """Warn once of each attribute or property that speaks of a protected ground."""
    told: set[tuple[str, str]] = set()
    for read in names_read(agreement, written):
        ground = ground_of(read.spelled, scope=read.scope)
        if ground is None or (read.scope, read.name) in told:
            continue
        told.add((read.scope, read.name))
        warnings.add(
            LintCode.PROTECTED,
            read.at,
            f"By its name, `{read.shown}` tells a person's {ground}{_given(read, inputs)}.",
            f"Leave it out: laws forbid to judge people by {ground}. Ask for what the matter needs instead.",
        )


def _given(read: Read, inputs: Inputs | None) -> str:
    """Return how many have it, as the end of a sentence; who has it is not for a report to show."""
    source = None if inputs is None else _source(read.scope, inputs)
    column = None if source is None else source.columns.get(read.name)
    if inputs is None or source is None or column is None:
        return ""
    what = {"lead": "DISTINCT lead_id", "company": "DISTINCT company_id", "": "*"}[read.scope]
    count = inputs.con.sql(
        f"SELECT count({what}) FROM {source.relation} WHERE {column.sql} IS NOT NULL"
    ).fetchall()[0][0]
    one, several = {"lead": ("lead", "leads"), "company": ("company", "companies"), "": ("event", "events")}[
        read.scope
    ]
    return (
        f"; {count:,} {one} of the data has it"
        if count == 1
        else f"; {count:,} {several} of the data have it"
    )


def _source(scope: str, inputs: Inputs) -> Source | None:
    return {"lead": inputs.leads, "company": inputs.companies, "": inputs.events}[scope]
