"""Who a row is, told by a field of the firm's own; what a file says of privacy; what is passed over."""

from crm.fields import keys
from crm.imports import job as jobs
from crm.imports import templates
from crm.models import Contact, CustomField

HEAD = "First name,Last name,E-mail,Customer no,Source,Legal basis,Deal,Deal value,Expected close date,Deal stage\n"


def _customer_number():
    return CustomField.objects.create(noun="contact", key="no", label="Customer no", kind="text")


def test_a_customer_number_tells_who_is_meant(upload, check, run, acme, client, alice, inside):
    with inside(acme):
        _customer_number()
        known = Contact.objects.create(first_name="Maren", last_name="Groß", custom={"no": "K-17"})
        other = Contact.objects.create(first_name="Nils", email="same@nord.example")
        keys.store([known, other])
    rows = (
        "Maren,Groß-Hansen,same@nord.example,k-17,Fair,Legitimate interest – existing client,,,,\n"
        ",,,,,,,,,\n"
        "Ute,Kaputt,ute@nord.example,K-18,,because,,,,\n"
        "Ole,Bad,ole@nord.example,,,,Relaunch,lots,soon,Limbo\n"
        " ,, ,,,,,,,\n"
    )
    job = upload(HEAD + rows)
    client.force_login(alice)
    page = client.get(f"/a/acme/admin/import/{job.public_id}/columns/")
    assert "Customer no" in page.content.decode()
    sent = {f"column_{index}": name for index, name in enumerate(job.mapping)}
    sent |= {"match_on": ["contact.custom.no"], "match_all": "", "on_match": "update"}
    answer = client.post(f"/a/acme/admin/import/{job.public_id}/columns/", sent | {"column_3": ""})
    assert answer.status_code == 422 and "No column of the file becomes Customer no" in answer.content.decode()
    assert client.post(f"/a/acme/admin/import/{job.public_id}/columns/", sent).status_code == 302
    with inside(acme):
        jobs.go_on(str(job.public_id))
        job.refresh_from_db()
    assert (job.stored, job.merged, job.rejected, job.empty_rows, job.rows_read) == (1, 1, 1, 2, 5)
    assert "2 of them empty, passed over" in client.get(f"/a/acme/admin/import/{job.public_id}/check/").content.decode()
    run(job)
    with inside(acme):
        known.refresh_from_db()
        other.refresh_from_db()
        ute = Contact.objects.get(email="ute@nord.example")
        why = job.rows.get(outcome="rejected").why
    assert (known.last_name, known.source, known.legal_basis) == ("Groß-Hansen", "Fair", "legitimate_interest")
    assert other.last_name == ""
    assert (ute.legal_basis, ute.note, ute.custom) == ("", "Legal basis: because", {"no": "K-18"})
    assert (
        "“lots” is not a number" in why
        and "Write a day" in why
        and "no stage “Limbo”" in why
        and not why.startswith("Row")
    )


def test_two_facts_that_must_both_be_the_same(upload, check, acme, inside):
    with inside(acme):
        _customer_number()
        keys.store([Contact.objects.create(last_name="Groß", email="a@nord.example", custom={"no": "1"})])
    job = upload(HEAD + ",Groß,a@nord.example,1,,,,,,\n,Groß,a@nord.example,2,,,,,,\n")
    job.match_on, job.match_all = ["email", "contact.custom.no"], True
    check(job)
    assert (job.stored, job.merged) == (1, 1)


def test_the_template_has_the_firms_own_fields(upload, check, acme, inside):
    with inside(acme):
        _customer_number()
        levels = [{"key": "gold", "label": "Gold", "is_retired": False}]
        CustomField.objects.create(noun="company", key="level", label="Level", kind="choice", choices=levels)
        CustomField.objects.create(noun="deal", key="size", label="Size", kind="number")
        text = templates.as_text()
    header, example = text.decode("utf-8-sig").splitlines()
    assert header.endswith("Contact: Customer no,Company: Level,Deal: Size") and example.endswith("A text,Gold,12.5")
    job = check(upload(text))
    assert job.mapping[-3:] == ["contact.custom.no", "company.custom.level", "deal.custom.size"]
    assert (job.stored, job.rejected) == (1, 0)
