"""What is said of a person and of a company?"""

from __future__ import annotations

from tests.capture.saying import identified, names, said


def test_traits_are_named_in_one_way() -> None:
    given = {
        "jobTitle": "CTO",
        "Last Name": "Lee",
        "EMAIL": "x",
        "HTMLTitle": "t",
        "lead-source": "ad",
        "a__b": 1,
    }
    assert identified(**given).traits == {
        "job_title": "CTO", "last_name": "Lee", "email": "x", "html_title": "t", "lead_source": "ad",
        "a_b": 1,
    }  # fmt: skip


def test_a_title_is_the_job_title_where_no_other_is_said() -> None:
    assert identified(title="CTO").traits == {"title": "CTO", "job_title": "CTO"}
    assert identified(title="Dr", jobTitle="CTO").traits == {"title": "Dr", "job_title": "CTO"}
    assert identified(title=None).traits == {"title": None, "job_title": None}
    remembered = {"traits": {"job_title": "CTO", "title": "Dr"}}
    found = said("identify", userId="u1", traits={"title": "Prof"}, context=remembered)
    assert found.traits == {"title": "Prof", "job_title": "CTO"}
    group = said("group", userId="u1", groupId="acme", traits={"title": "Acme"})
    assert (group.traits, group.company_traits) == (None, {"title": "Acme"})


def test_nobody_outside_says_whose_row_it_is_or_since_when_it_holds() -> None:
    given = {
        "leadId": 1,
        "lead_id": 1,
        "companyId": 2,
        "createdAt": "2020-01-01",
        "valid_from": 1,
        "knownAt": 1,
    }
    assert identified(**given).traits is None
    address = {"createdAt": 1, "city": "Ulm"}
    assert identified(address=address).traits == {"city": "Ulm"}


def test_an_address_is_taken_apart_and_what_stands_beside_it_counts_more() -> None:
    address = {"city": "Ulm", "country": "DE", "postalCode": "89073"}
    found = identified(address=address, country="Germany").traits
    assert found == {"city": "Ulm", "country": "Germany", "postal_code": "89073"}
    assert identified(address="1 High St").traits == {"address": "1 High St"}


def test_a_company_in_traits_is_a_name_an_id_and_attributes() -> None:
    found = identified(company={"id": 17, "name": "Acme", "employeeCount": 420, "plan": None})
    assert found.traits == {"company": "Acme"}
    assert found.company == "17"
    assert found.company_traits == {"name": "Acme", "employee_count": 420, "plan": None}
    nameless = identified(company={"employee_count": 5})
    assert (nameless.traits, nameless.company, nameless.company_traits) == (None, None, {"employee_count": 5})
    assert identified(company="Acme").traits == {"company": "Acme"}
    assert identified(company="Acme").company is None
    assert identified(company={"id": "acme"}).company_traits is None


def test_a_group_call_says_something_of_the_company_alone() -> None:
    found = said(
        "group", userId="u1", groupId="acme", traits={"name": "Acme", "employees": 50, "createdAt": 1}
    )
    assert (found.company, found.company_traits) == ("acme", {"name": "Acme", "employees": 50})
    assert found.traits is None
    assert said("group", userId="u1", groupId="acme").company_traits == {}


def test_the_group_of_a_context_is_the_company_and_no_other_ones_attributes_are_its() -> None:
    found = said("track", event="E", userId="u1", context={"groupId": "acme"})
    assert (found.company, found.company_traits) == ("acme", None)
    other = {"company": {"id": "beta", "employees": 5}}
    found = said("identify", userId="u1", traits=other, context={"groupId": "acme"})
    assert (found.company, found.company_traits) == ("acme", None)


def test_what_is_said_now_counts_more_than_what_the_context_remembers() -> None:
    remembered = {"traits": {"Plan": "free", "city": "Ulm", "company": {"id": "old", "name": "Old"}}}
    found = said(
        "identify", userId="u1", traits={"plan": "pro", "company": {"id": "new"}}, context=remembered
    )
    assert found.traits == {"plan": "pro", "city": "Ulm", "company": "Old"}
    assert found.company == "new"


def test_null_takes_a_trait_back() -> None:
    assert identified(plan=None, address={"city": None}).traits == {"plan": None, "city": None}


def test_a_list_is_a_trait_and_an_address_that_is_none_is_no_identifier() -> None:
    found = identified(tags=["a", {"b": 1}], email="not an address")
    assert found.traits == {"tags": ["a", {"b": 1}], "email": "not an address"}
    assert names(found) == ["user:u1"]
    assert names(identified(email=["ann@acme.example"])) == ["user:u1"]
