"""The firm's own fields, as programs narrow and order lists by them, and what is not offered any more."""

import pytest

from crm.models import Contact, CustomField


@pytest.fixture
def fields(acme, inside):
    levels = [{"key": word.lower(), "label": word, "is_retired": word == "Tin"} for word in ("Gold", "Silver", "Tin")]
    kinds = {"level": "choice", "likes": "choices", "size": "number", "since": "date", "code": "text", "vip": "yes_no"}
    with inside(acme):
        for place, (key, kind) in enumerate(kinds.items()):
            choices = levels if kind in ("choice", "choices") else []
            CustomField(noun="contact", key=key, label=key.title(), kind=kind, position=place, choices=choices).save()


def test_lists_are_narrowed_and_ordered_by_them(alices, fields):
    people = {
        "Ada": {"level": "gold", "size": 7, "since": "2026-01-10", "code": "AB-1", "vip": True},
        "Ben": {"level": "silver", "size": 40, "since": "2026-05-01", "code": "AC-2", "vip": False},
        "Cid": {"likes": ["silver"], "size": 9},
        "Dot": {},
    }
    for name, custom in people.items():
        assert alices.post("contacts/", {"first_name": name, "custom": custom}).status_code == 201

    def names(query):
        answer = alices.get(f"contacts/?{query}")
        assert answer.status_code == 200, answer.data
        return [each["first_name"] for each in answer.data["results"]]

    for query, found in {
        "custom.level=Gold": ["Ada"], "custom.level=silver": ["Ben"], "custom.likes=silver": ["Cid"],
        "custom.size=7": ["Ada"], "custom.size_from=8": ["Ben", "Cid"], "custom.size_from=8&custom.size_to=9": ["Cid"],
        "custom.since_to=2026-02-01": ["Ada"], "custom.code=a": ["Ada", "Ben"], "custom.code=ab": ["Ada"],
        "custom.vip=true": ["Ada"], "custom.vip=false": ["Ben"], "custom.level_given=false": ["Cid", "Dot"],
        "ordering=custom.size": ["Ada", "Cid", "Ben", "Dot"], "ordering=-custom.size": ["Dot", "Ben", "Cid", "Ada"],
        "ordering=-custom.level&custom.level_given=true": ["Ben", "Ada"],
    }.items():  # fmt: skip
        assert names(query) == found, query

    following = alices.get("contacts/?ordering=custom.size&page_size=2").data["next"]
    assert [each["first_name"] for each in alices.get(following).data["results"]] == ["Ben", "Dot"]
    other = following.replace("ordering=custom.size", "ordering=custom.since")
    for query in ("custom.size=big", "custom.level=Lead", "custom.nothing=1", "ordering=custom.likes",
                  "custom.level_given=maybe", other.partition("?")[2]):  # fmt: skip
        assert alices.get(f"contacts/?{query}").status_code == 400, query
    assert alices.get("companies/?custom.level=Gold").status_code == 400


def test_what_is_not_offered_any_more_stays_where_it_is_and_is_set_nowhere_else(alices, fields, acme, inside):
    for custom in ({"level": "tin"}, {"level": "Tin"}, {"likes": ["gold", "tin"]}):
        refused = alices.post("contacts/", {"first_name": "Ada", "custom": custom})
        assert (refused.status_code, refused.data["errors"]) == (422, {"custom": ["“Tin” is not offered any more."]})
    made = alices.post("contacts/", {"first_name": "Ada", "custom": {"level": "gold"}}).data["id"]
    with inside(acme):
        Contact.objects.update(custom={"level": "tin", "likes": ["tin"]})
    address = f"contacts/{made}/"
    kept = alices.patch(address, {"custom": {"level": "tin", "likes": ["silver", "tin"]}})
    assert kept.data["custom"]["likes"] == ["silver", "tin"]
    assert alices.get("contacts/?custom.level=tin").data["results"]  # and it is found
    assert alices.patch(address, {"custom": {"level": "gold"}}).status_code == 200
    assert alices.patch(address, {"custom": {"level": "tin"}}).status_code == 422
