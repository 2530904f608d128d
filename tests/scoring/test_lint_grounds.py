"""Of what a name speaks that nobody may be judged by, word by word and in four languages."""

from __future__ import annotations

import pytest

from handraiser.scoring.lint_protected import ground_of

GROUNDS = {
    "age": "age Age person_age contactAge age_group ageRange age_in_years birth_date BirthDate dateOfBirth "
    "dob birthday yearOfBirth alter Geburtsdatum geburtstag date_naissance dateDeNaissance edad "
    "fecha_nacimiento gebdat GebDatum GEB_DAT geboren_am years_old birth_year is_millennial annee_naissance "
    "fecNac volljährig person_age_group",
    "gender": "gender Gender sex lead_sex contact_gender salutation Anrede geschlecht sexe civilité Genre "
    "sexo género pronouns is_female maiden_name gndr m_w M/W/D m_f geburtsname Mädchenname "
    "nomDeNaissance apellido_de_soltera weiblich Herr_Frau femenino",
    "origin": "nationality ethnicity race citizenship country_of_birth placeOfBirth native_language "
    "Staatsangehörigkeit Herkunftsland nationalité nacionalidad etnia mother_tongue immigration_status "
    "is_hispanic latino origen Rasse pays_d_origine país_de_origen Abstammung refugee aufenthaltstitel",
    "religion": "religion religious_affiliation Konfession kirchensteuer faith kirche "
    "kirchenmitglied muslim catholique religioso",
    "disability": "disability handicap Behinderung schwerbehindert discapacidad disabled_person is_disabled",
    "marital status": "marital_status maritalStatus married Familienstand etat_civil estado_civil spouse "
    "situacion_familiar marriage husband Zivilstand situation_de_famille divorciada",
    "pregnancy": "pregnant is_pregnant pregnancy Schwangerschaft enceinte embarazada maternity_leave "
    "congé_parental",
    "union membership": "union_member tradeUnion gewerkschaft syndicat sindicato union "
    "afiliacion_sindical syndiquée",
    "health": "health health_condition medicalHistory krankheit maladie enfermedad "
    "sick_leave mental_health blood_type krankmeldung",
    "sexual orientation": "sexual_orientation sexualOrientation lgbtq sexuelle_orientierung "
    "homosexuell queer",
    "political opinion": "political_party politicalOpinion party_membership parteibuch opinion_politique "
    "parteimitglied politische_meinung voter",
}
FINE = (
    "usage page stage language age_days account_age lead_age_days ageInDays title job_title job_level "
    "country source origin health_score account_health email_disabled credit_union_member orientation "
    "package manager average engagement message sextant essex party_size third_party race_results gracious "
    "trace embrace territory last_page_viewed union_square agent agenda agency website_age first_name "
    "seniority industry music_genre migration religare birthmark_campaign "
    "lead_age leadAge mw mw_installed origin_channel politica_privacidad politique_confidentialite "
    "health_status "
    "invalid_email is_minor contact_form rebirth_campaign reborn generation_source party_members_count"
)


@pytest.mark.parametrize(("ground", "name"), [(g, n) for g, names in GROUNDS.items() for n in names.split()])
def test_a_name_speaks_of_its_ground(ground: str, name: str) -> None:
    assert ground_of(name) == ground


@pytest.mark.parametrize("name", FINE.split())
def test_a_name_that_only_looks_like_it_speaks_of_nothing(name: str) -> None:
    assert ground_of(name) is None


def test_of_a_company_only_what_its_people_are_is_protected() -> None:
    assert [ground_of(name, scope="company") for name in ("age", "age_years", "nationality", "union")] == [
        None
    ] * 4
    assert ground_of("ceo_age", scope="company") == "age"
    assert ground_of("women_owned", scope="company") == "gender"
    assert ground_of("founded", scope="company") is None
