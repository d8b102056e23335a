"""What the door promises of every answer: nothing half-done stays, and what grows with rows is noticed.

Tried with views made for it, beside the real ones.
"""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from accounts.models import Account
from accounts.permissions import allow, open_when_read_only
from audit.models import Event
from config.urls import urlpatterns as real
from crm.models import Company, Contact, Tag
from tenancy.context import Actor, activate, current_account_id
from tenancy.errors import Conflict, NoAccount, WrongAccount
from tests.statements import assert_same_statements


@allow("home.view")
def write_and_answer(request, how):
    Tag.objects.create(name="half done")
    if how == "404":
        raise Http404
    if how == "403":
        raise PermissionDenied
    if how == "500":
        raise ZeroDivisionError
    if how == "409":
        raise Conflict
    if how == "database":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
    return HttpResponse("said", status=int(how))


@allow("home.view")
def write_and_fail_while_rendering(request):
    Tag.objects.create(name="half done")
    template = engines["django"].from_string("{{ broken }}")
    broken = type("Broken", (), {"__str__": lambda self: 1 / 0})()
    return TemplateResponse(request, template, {"broken": broken})


@allow("home.view")
@open_when_read_only
def always_open(request):
    Tag.objects.create(name="always")
    return HttpResponse("said")


@allow("home.view")
def one_by_one(request):
    return HttpResponse(", ".join(str(contact.company) for contact in Contact.objects.all()))


@allow("home.view")
def at_once(request):
    return HttpResponse(", ".join(str(c.company) for c in Contact.objects.select_related("company")))


@allow("home.view")
def stream_of_a_query(request):
    """The mistake: the query is made inside the account and asked after the door has closed."""
    people = Contact.objects.order_by("id")

    def lines():
        for person in people:
            yield f"{person.first_name}\n"

    return StreamingHttpResponse(lines())


@allow("home.view")
def stream_of_a_manager(request):
    return StreamingHttpResponse(f"{p.first_name}\n" for _ in range(1) for p in Contact.objects.all())


@allow("home.view")
def stream_in_its_own_account(request):
    account = request.account

    def lines():
        with activate(account, actor=Actor("system", None, "export")):
            for person in Contact.objects.order_by("id").iterator():
                yield f"{person.first_name}\n"

    return StreamingHttpResponse(lines())


after = []


@allow("home.view")
def look_after_commit(request):
    def look():
        try:
            after.append(Contact.objects.count())
        except NoAccount as error:
            after.append(type(error))

    transaction.on_commit(look)
    return HttpResponse("said")


ours = [
    path("try/<how>/", write_and_answer),
    path("rendering/", write_and_fail_while_rendering),
    path("always/", always_open),
    path("one-by-one/", one_by_one),
    path("at-once/", at_once),
    path("stream/query/", stream_of_a_query),
    path("stream/manager/", stream_of_a_manager),
    path("stream/own/", stream_in_its_own_account),
    path("after/", look_after_commit),
]
urlpatterns = [path("a/<slug:account_slug>/", include(ours)), *real]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def browser(alice, acme):
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    return client


@pytest.mark.parametrize("how", ["400", "403", "404", "409", "422", "500", "503", "database"])
def test_an_answer_of_400_or_above_leaves_nothing(browser, acme, inside, how):
    response = browser.post(f"/a/acme/try/{how}/")
    assert response.status_code == (500 if how == "database" else int(how))
    with inside(acme):
        assert not Tag.objects.exists()
        assert Event.objects.filter(kind="account.opened").exists()


@pytest.mark.parametrize("how", ["200", "204", "302"])
def test_an_answer_below_400_keeps_what_was_done(browser, acme, inside, how):
    assert browser.post(f"/a/acme/try/{how}/").status_code == int(how)
    with inside(acme):
        assert Tag.objects.count() == 1


def test_a_page_that_breaks_while_it_is_rendered_leaves_nothing(browser, acme, inside):
    assert browser.post("/a/acme/rendering/").status_code == 500
    with inside(acme):
        assert not Tag.objects.exists()


def test_really_committed_or_really_not(committed, browser, acme, inside):
    browser.post("/a/acme/try/422/")
    browser.post("/a/acme/try/200/")
    connection.close()
    with inside(acme):
        assert Tag.objects.count() == 1


def test_the_next_request_starts_outside_of_any_account(committed, browser, acme):
    for url in ("/a/acme/try/200/", "/a/acme/try/500/", "/a/acme/try/database/"):
        browser.post(url)
        with pytest.raises(NoAccount):
            current_account_id()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.account_id', true)")
            assert not cursor.fetchone()[0]


def test_a_read_only_account_writes_only_where_the_view_says_so(browser, acme, inside):
    Account.objects.filter(pk=acme.pk).update(trial_ends_at=timezone.now())
    assert browser.post("/a/acme/try/200/").status_code == 402
    assert browser.get("/a/acme/at-once/").status_code == 200
    assert browser.post("/a/acme/always/").status_code == 200
    with inside(acme):
        assert [tag.name for tag in Tag.objects.all()] == ["always"]


@pytest.mark.parametrize("path_", ["query", "manager"])
def test_a_stream_after_the_door_raises_and_is_never_an_empty_200(committed, browser, acme, inside, path_):
    """Pitfall 3: the body runs after the account was left; it would find no rows, silently."""
    with inside(acme):
        Contact.objects.create(first_name="Maren")
    response = browser.get(f"/a/acme/stream/{path_}/")
    with pytest.raises((NoAccount, WrongAccount)):
        b"".join(response.streaming_content)


def test_a_stream_inside_its_own_account_sees_all_rows_and_leaves_no_account_behind(
    committed, browser, acme, globex, inside
):
    """Pitfall 3, done right; a reader who hangs up half-way leaves nothing open either."""
    with inside(globex):
        Contact.objects.create(first_name="Stranger")
    with inside(acme):
        Contact.objects.bulk_create(Contact(first_name=f"Maren {n}") for n in range(5))
    response = browser.get("/a/acme/stream/own/")
    assert b"".join(response.streaming_content).decode().split("\n")[:-1] == [f"Maren {n}" for n in range(5)]
    response = browser.get("/a/acme/stream/own/")
    next(iter(response.streaming_content))
    response.close()
    assert not connection.in_atomic_block
    with pytest.raises(NoAccount):
        current_account_id()


def test_after_the_commit_there_is_no_account(committed, browser, acme):
    """Pitfall 3: a callback must open the account again, or name a task; it never sees zero rows."""
    after.clear()
    browser.get("/a/acme/after/")
    assert after == [NoAccount]


def test_a_page_that_asks_for_each_row_is_noticed(browser, acme, inside):
    def more():
        with inside(acme):
            for number in range(10):
                Contact.objects.create(first_name="x", company=Company.objects.create(name=f"Firm {number}"))

    more()
    assert_same_statements(browser, "/a/acme/at-once/", more)
    with pytest.raises(AssertionError, match="statements grew to"):
        assert_same_statements(browser, "/a/acme/one-by-one/", more)


def test_a_broken_query_shows_no_other_accounts_values(db, acme, globex, inside):
    """Pitfall 22: PostgreSQL hides the failing row from a role that row policies hold for."""
    with inside(globex):
        Tag.objects.create(name="Globex secret")
    with inside(acme), pytest.raises(DatabaseError) as caught, transaction.atomic():
        Tag.objects.create(name="a")
        Tag.objects.create(name="a")
    assert "already exists" not in str(caught.value)
    assert caught.value.__cause__.diag.message_detail is None


@pytest.mark.parametrize("path", ["", "contacts/", "no-such-page/"])
def test_no_cache_keeps_what_lies_behind_the_door(browser, path):
    assert "no-store" in browser.get(f"/a/acme/{path}").headers["Cache-Control"]
