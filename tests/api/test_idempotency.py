"""The same request with the same Idempotency-Key has one effect and one answer."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import lifecycle
from accounts.models import ApiAnswer
from crm.models import Contact
from tests.api.conftest import Program

MAREN = {"first_name": "Maren", "last_name": "Holt"}


def contacts(account, inside):
    with inside(account):
        return Contact.objects.count()


def test_asking_again_gives_the_same_answer_and_does_nothing_more(alices, acme, inside):
    first = alices.post("contacts/", MAREN, idempotency_key="order-1")
    again = alices.post("contacts/", MAREN, idempotency_key="order-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    for name in ("ETag", "Location", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert contacts(acme, inside) == 1


def test_without_a_key_or_with_another_it_is_done_again(alices, acme, inside):
    for headers in ({}, {}, {"idempotency_key": "a"}, {"idempotency_key": "b"}):
        assert alices.post("contacts/", MAREN, **headers).status_code == 201
    assert contacts(acme, inside) == 4


@pytest.mark.parametrize(("path", "body"), [("contacts/", {"first_name": "Edith"}), ("companies/", MAREN)])
def test_another_request_under_the_same_key_is_refused(path, body, alices, acme, inside):
    alices.post("contacts/", MAREN, idempotency_key="order-1")
    refused = alices.post(path, body, idempotency_key="order-1")
    assert (refused.status_code, refused.data["type"].split("#")[1]) == (422, "key-reused")
    assert contacts(acme, inside) == 1


def test_a_refused_request_may_be_mended_and_sent_again(alices, acme, inside):
    assert alices.post("contacts/", {"email": "no"}, idempotency_key="order-1").status_code == 422
    assert alices.post("contacts/", MAREN, idempotency_key="order-1").status_code == 201
    assert contacts(acme, inside) == 1


@pytest.mark.parametrize("path", ["contacts/", "timer/stop/"])
def test_what_is_no_json_is_refused_with_a_key_too(path, alices):
    headers = {"authorization": f"Bearer {alices.key}", "idempotency-key": "order-1"}
    sent = alices.client.generic("POST", f"/api/v1/{path}", data=b"{}", content_type="text/plain", headers=headers)
    assert sent.status_code == 415


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "ü"])
def test_an_odd_key_is_refused(key, alices, acme, inside):
    assert alices.post("contacts/", MAREN, idempotency_key=key).status_code == 400
    assert contacts(acme, inside) == 0


def test_a_key_belongs_to_its_member_alone(alices, program_of, mallorys, acme, globex, bob, inside):
    hers = alices.post("contacts/", MAREN, idempotency_key="order-1")
    for stranger in (program_of(acme, bob), mallorys):
        other = stranger.post("contacts/", MAREN, idempotency_key="order-1")
        assert other.status_code == 201
        assert other.data["id"] != hers.data["id"]
    assert contacts(globex, inside) == 1


def test_after_a_day_the_key_is_new_and_the_answer_forgotten(alices, acme, inside):
    alices.post("contacts/", MAREN, idempotency_key="order-1")
    with inside(acme):
        ApiAnswer.objects.update(expires_at=timezone.now())
    assert alices.post("contacts/", {"first_name": "Edith"}, idempotency_key="order-1").status_code == 201
    with inside(acme):
        assert ApiAnswer.objects.count() == 1
        ApiAnswer.objects.update(expires_at=timezone.now())
    lifecycle.keep_up(acme.pk)
    with inside(acme):
        assert ApiAnswer.objects.count() == 0


def test_an_answer_is_kept_for_a_day(alices, acme, inside):
    alices.post("contacts/", MAREN, idempotency_key="order-1")
    with inside(acme):
        assert timedelta(hours=23) < ApiAnswer.objects.get().expires_at - timezone.now() <= timedelta(hours=24)


def test_twins_at_the_same_moment_have_one_effect(committed, key_for, acme, alice, inside):
    _, text = key_for(acme, alice)
    answers, ready = [], threading.Barrier(6)

    def send():
        ready.wait()
        answers.append(Program(text).post("contacts/", MAREN, idempotency_key="order-1"))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert contacts(acme, inside) == 1
