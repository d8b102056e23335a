"""Where messages and cache lie in Redis: what names an erased account is found there, and goes; nobody else's does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache

from config.celery import app, broker
from config.env import env
from privacy.deletion import caches, queues, verification
from tests import processes
from tests.promises import promise


@pytest.fixture
def redis(settings):
    """Messages and cache of this process lie in a Redis server of its own, as where CELERY_BROKER_URL names one."""
    before = app.conf.broker_url, app.conf.broker_transport_options
    with processes.redis_server() as url:
        processes.use_broker(url, broker(replace(env, broker_url=url), "default")["broker_transport_options"])
        shared = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
        settings.CACHES = {"default": {**shared, "KEY_FUNCTION": "lib.seals.cache_key"}}
        yield url
        processes.use_broker(*before)


def send(account, queue="default"):
    app.send_task("deletion.apply_retention", kwargs={"account_id": account.pk}, queue=queue)


@promise(149)
def test_messages_and_cache_entries_in_redis_are_found_and_go(redis, acme, globex, recorder):
    for account in (acme, globex):
        send(account)
        send(account, "long")
        cache.set(f"name of {account.pk}", {"account": str(account.public_id)})
        cache.set(f"tries at {account.pk}", 3)
    with app.connection_for_read() as connection:
        taken = connection.default_channel.basic_get("default")  # as a worker does that has not done it yet
        assert taken.headers["kwargsrepr"] == f"{{'account_id': {acme.pk}}}"
        with recorder.looking_away():
            found = verification.findings(acme.pk, public_id=acme.public_id)
        assert {words for words in found if "queue" in words or "cache" in words} == {
            "The queue long has 1 messages for the account.",
            "The queue unacked_default has 1 messages for the account.",
            "The cache has 1 entries that name the account.",
        }
        assert (queues.drop(acme.pk), caches.drop(acme.public_id)) == (2, 1)
    assert queues.waiting_for(acme.pk) == caches.left(acme.public_id) == []
    assert isinstance(caches.caches["default"], RedisCache)
    assert [words.partition(" has ")[0] for words in queues.waiting_for(globex.pk)] == [
        "The queue default",
        "The queue long",
    ]
    assert cache.get(f"tries at {acme.pk}") == 3 and caches.left(globex.public_id) != []
