"""The visit log: what is noted, when it is written, what is never in it, and how long it stays."""

from __future__ import annotations

import socket
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import OutgoingMail, SecurityEvent
from privacy.visits import counting, providers, recording, tasks
from privacy.visits.gate import K
from privacy.visits.models import Alert, Figure, Visit
from privacy.visits.recording import Noted, Recorder, visit_of
from tests.processes import _answers, _environ, running, until
from tests.promises import promise
from tests.signed_in import staff_browser

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 "
    "Mobile/15E148 Safari/604.1"
)
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 16_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.1 Safari/604.1"
)
PROVIDERS = "\n".join(
    [
        "1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUD",
        "1.0.1.0\t1.0.3.255\t0\tNone\tNot routed",
        "192.0.2.0\t192.0.2.127\t1\tDK\tFjordnet A/S",
        "192.0.2.128\t192.0.2.255\t2\tDK\tBæltnet",
        "2001:db8::\t2001:db8:ffff:ffff:ffff:ffff:ffff:ffff\t3\tDK\tSixnet",
        "",
    ]
)

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def queue(monkeypatch):
    """A queue of the test's own, which nobody empties but the test."""
    recorder = Recorder(most=60)
    monkeypatch.setattr(recording, "RECORDER", recorder)
    return recorder


def came(ip, at=None, **facts):
    return Visit(seen_at=at or timezone.now(), ip=ip, **facts)


@promise(44, 46)
def test_a_page_that_is_looked_at_is_one_row_of_these_fields_written_later(queue, client, acme, alice, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # of what a sender claims, only what our proxy saw counts
    headers = {"User-Agent": FIREFOX, "X-Forwarded-For": "6.6.6.6, 192.0.2.7"}
    client.get("/pricing/?email=maren@fjord.example", headers=headers)
    client.force_login(alice)
    for path in ("/a/acme/contacts/", "/invitation/a-secret-token/", "/a/globex/"):
        client.get(path, headers={**headers, "User-Agent": IPHONE})
    for path in ("/healthz", "/api/v1/contacts/", "/.well-known/gpc.json", "/enter/"):
        client.get(path)  # for programs, or a way elsewhere
    client.get("/pricing/", headers={"HX-Request": "true"})
    client.post("/trial/", {})
    assert not Visit.objects.exists() and len(queue.waiting) == 4
    assert queue.write() == 4 and not queue.waiting
    first, second, third, fourth = Visit.objects.order_by("pk")
    assert (first.browser, first.browser_version, first.system, first.device) == ("Firefox", "132", "Linux", "Computer")
    assert (first.ip, first.page) == ("192.0.2.7", "/pricing/")
    assert (second.device, second.system, second.system_version) == ("Phone", "iOS", "17.6")
    pages = [second.page, third.page, fourth.page]
    assert pages == ["/a/<slug:account_slug>/contacts/", "/invitation/<str:token>/", "(probe) another account"]
    assert visit_of(Noted(timezone.now(), None, IPAD, "/")).device == "Tablet"
    columns = {field.name for field in Visit._meta.get_fields()}
    policy = {"ip", "provider", "browser", "browser_version", "system", "system_version", "device", "seen_at", "page"}
    assert columns == policy | {"agent", "id"}, "no key to a person or an account"


@promise(45)
def test_whatever_a_browser_says_of_itself_pages_work_and_its_row_may_be_empty(queue):
    for said in ("", "-", "é" * 9000, "\0", "Mozilla/5.0 (" * 500, "'; DROP TABLE visits_visit; --", FIREFOX):
        response = Client().get("/", headers={"User-Agent": said} if said else {})
        assert response.status_code == 200
    assert Client().get("/", REMOTE_ADDR="").status_code == 200
    assert queue.write() == 8
    empty = Visit.objects.order_by("pk").first()
    assert (empty.browser, empty.system, empty.device, empty.agent) == ("", "", "", "")
    assert Visit.objects.filter(ip=None).count() == 1 and max(len(each.agent) for each in Visit.objects.all()) == 400


@promise(44)
def test_nothing_is_written_in_a_request_and_what_is_too_much_is_dropped_and_counted(queue, monkeypatch):
    with CaptureQueriesContext(connection) as asked:
        Client().get("/pricing/")
        Client().get("/privacy/signals/")
    assert not [each for each in asked.captured_queries if "visits_" in each["sql"]]
    for _ in range(queue.most):
        queue.note(queue.waiting[0])
    assert (len(queue.waiting), queue.dropped) == (60, 2)

    def away(*args, **kwargs):
        raise OperationalError("gone")

    with monkeypatch.context() as patch, pytest.raises(OperationalError):
        patch.setattr(Visit.objects, "bulk_create", away)
        queue.write()
    assert len(queue.waiting) == 60, "while the database is away, they wait"
    assert queue.write() == 60


def test_a_web_server_that_ends_writes_what_waits_first(committed, worker_database):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    with running([*command, "--workers", "1", "tests.wsgi:application"], _environ(worker_database)) as process:
        until(lambda: _answers(f"http://localhost:{port}/pricing/"), seconds=40, process=process)
        process.terminate()
        process.wait(20)
    assert {each.page for each in Visit.objects.all()} == {"/pricing/"}


def test_the_provider_is_looked_up_where_there_is_a_list(settings, tmp_path):
    lines = PROVIDERS.encode()
    expected = {
        "0.255.255.255": "",
        "1.0.0.0": "CLOUD",
        "1.0.0.255": "CLOUD",
        "1.0.2.9": "",
        "1.0.4.0": "",
        "192.0.2.127": "Fjordnet A/S",
        "192.0.2.128": "Bæltnet",
        "192.0.3.0": "",
        "2001:db8::7": "Sixnet",
        "2001:db9::": "",
    }
    assert {address: providers.find(lines, address) for address in expected} == expected
    assert providers.of("192.0.2.7") == ""
    settings.PROVIDERS_FILE = tmp_path / "ranges.tsv"
    settings.PROVIDERS_FILE.write_bytes(lines)
    assert providers.of("192.0.2.7") == "Fjordnet A/S" and providers.of(None) == ""


@promise(47, 144)
def test_days_are_counted_by_networks_and_never_below_ten(sam):
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    firefox = {"browser": "Firefox", "system": "Linux", "device": "Computer", "page": "/"}
    safari = {"browser": "Safari", "system": "iOS", "device": "Phone", "page": "/trial/"}
    lynx = {"browser": "Lynx", "system": "Linux", "device": "Computer", "page": "/security/"}
    many = [came(f"10.{n}.0.1", noon, **firefox) for n in range(30)]
    phones = [came(f"11.{n}.0.1", noon, **safari) for n in range(K)]
    few = [came(f"12.{n}.0.1", noon, **lynx) for n in (1, 2)]
    one = [came(f"13.0.0.{n}", noon, browser="Netscape", page="/pricing/") for n in range(1, 200)]  # one network
    Visit.objects.bulk_create([*many, *phones, *few, *one, came(None, noon, browser="Opera")])
    for _ in range(2):
        counting.count(noon.date())
    said = {(each.kind, each.name): each.networks for each in Figure.objects.all()}
    assert said == {
        ("browser", "Firefox"): 30,
        ("browser", ""): 13,  # two of Lynx and one of Netscape would be told by three: Safari's ten go with them
        ("system", "Linux"): 32,
        ("system", ""): 11,
        ("device", "Computer"): 32,
        ("device", ""): 11,
        ("page", "/"): 30,
        ("page", "/trial/"): 10,
    }
    page = staff_browser(sam).get("/support/visits/").content.decode()
    assert "Firefox" in page and "All others" in page and "Lynx" not in page and "10.1.0.1" not in page


@promise(44)
def test_rows_go_after_ninety_days_and_agents_after_thirty():
    now = timezone.now()
    for days in (0, 29, 31, 89, 91):
        came("192.0.2.7", now - timedelta(days=days), agent=FIREFOX, browser="Firefox").save()
    Alert.objects.create(kind="scanner", ip="192.0.2.7", number=9, raised_at=now - timedelta(days=91))
    tasks.keep_up()
    assert [each.agent != "" for each in Visit.objects.order_by("-seen_at")] == [True, True, False, False]
    assert not Alert.objects.exists() and set(Visit.objects.values_list("browser", flat=True)) == {"Firefox"}


@promise(49)
def test_intruders_raise_an_alert_once(queue, alice, acme, mallory, globex, sam):
    nosy = Client()
    nosy.force_login(mallory)
    for number in range(10):
        nosy.get(f"/a/acme/contacts/?n={number}", REMOTE_ADDR="203.0.113.1")
        nosy.get("/a/globex/", REMOTE_ADDR="203.0.113.9")  # her own
    for path in ("/.env", "/wp-login.php", "/.git/config", "/phpmyadmin/", "/cgi-bin/x"):
        Client().get(path, REMOTE_ADDR="203.0.113.2")
        Client().get(f"/mistyped{path.replace('/', '').replace('.', '')}", REMOTE_ADDR="203.0.113.8")
    queue.write()
    SecurityEvent.objects.bulk_create(SecurityEvent(kind="failed", ip="203.0.113.3") for _ in range(30))
    SecurityEvent.objects.bulk_create(SecurityEvent(kind="failed", ip="203.0.113.4") for _ in range(29))
    for _ in range(2):
        tasks.look_for_intruders()
    found = {(each.kind, each.ip, each.number) for each in Alert.objects.all()}
    assert found == {
        ("accounts", "203.0.113.1", 10),
        ("scanner", "203.0.113.2", 5),
        ("sign_ins", "203.0.113.3", 30),
    }
    (letter,) = OutgoingMail.objects.filter(kind="intruders")
    assert "3 new alerts" in letter.subject and "203.0.113" not in letter.text
    page = staff_browser(sam).get("/support/visits/").content.decode()
    assert all(ip in page for _, ip, _ in found) and "203.0.113.9" not in page
    assert nosy.get("/support/visits/").status_code == 404
