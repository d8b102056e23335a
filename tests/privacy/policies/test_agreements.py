"""A firm reads, accepts and takes along the data processing agreement; years later the exact words are there."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from accounts import documents
from audit.models import Event, Payload
from privacy.policies.models import Agreement
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")
URL = "/a/acme/admin/agreements/"


@promise(96)
def test_a_firm_accepts_exactly_the_words_that_it_read(client, acme, alice, bob, mallory, inside):
    current = documents.current("processing")
    client.force_login(bob)
    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}accept/", {"digest": current.digest}).status_code == 403
    client.force_login(mallory)
    assert client.get(URL).status_code == 404
    client.force_login(alice)
    assert f'value="{current.digest}"' in client.get(URL).content.decode()
    client.post(f"{URL}accept/", {"digest": "of other words"})
    with inside(acme):
        assert not Agreement.objects.exists()
    for _ in range(2):
        client.post(f"{URL}accept/", {"digest": current.digest})
    with inside(acme):
        kept = Agreement.objects.select_related("member__user").get()
        assert (kept.member.user, kept.effective_on, kept.digest) == (alice, current.version, current.digest)
        event = Event.objects.get(kind="agreement.accepted")
        assert Payload.objects.get(event_id=event.pk).data["digest"] == current.digest
    assert "accepted this version" in client.get(URL).content.decode()
    newer = documents.publish("processing", effective_on=current.version + timedelta(days=40))
    words = client.get(f"/processing/versions/{kept.effective_on}/").content.decode()
    assert newer.version > kept.effective_on and kept.digest in words
    assert documents.digest_of(current.html()) == kept.digest


@promise(96)
@pytest.mark.parametrize("kind", ["processing", "terms", "privacy"])
def test_each_version_is_there_as_a_pdf_with_its_hash_on_each_page(client, kind):
    current = documents.current(kind)
    answer = client.get(f"/{kind}/versions/{current.version}/pdf/")
    assert answer["Content-Type"] == "application/pdf" and f"candor-{kind}" in answer["Content-Disposition"]
    pages = [page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages]
    assert all(current.digest in page for page in pages)
    assert current.title in pages[0] and documents.settings.OPERATOR.legal_email in "".join(pages)
    assert client.get(f"/{kind}/versions/{current.version}/pdf/").content == answer.content
    if kind == "processing":
        assert "2021/914" in "".join(pages)
