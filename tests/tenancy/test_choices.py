"""Fields to choose one of the account's own records."""

import pytest
from django import forms

from crm.models import Company
from tenancy.fields import AccountChoiceField

pytestmark = pytest.mark.django_db


class CompanyForm(forms.Form):
    """Names one company."""

    company = AccountChoiceField(model=Company, required=False)


@pytest.fixture
def companies(acme, globex, inside):
    made = []
    for account in (acme, globex):
        with inside(account):
            made.append(Company.objects.create(name=account.name))
    return made


def test_another_accounts_record_is_no_choice(acme, inside, companies):
    ours, theirs = companies
    with inside(acme):
        assert CompanyForm({"company": ours.public_id}).is_valid()
        assert not CompanyForm({"company": theirs.public_id}).is_valid()
        assert str(theirs.public_id) not in str(CompanyForm())


def test_the_rows_are_those_of_the_account_that_the_form_was_made_in(acme, globex, inside, companies):
    with inside(acme):
        form = CompanyForm()
    with inside(globex):
        assert not form.fields["company"].queryset.exists()


def test_a_record_that_is_at_hand_asks_nothing(acme, inside, companies, django_assert_num_queries):
    with inside(acme), django_assert_num_queries(0):
        form = CompanyForm({"company": companies[0].public_id})
        form.fields["company"].stands = companies[0]
        assert form.is_valid() and form.cleaned_data["company"] is companies[0]
        assert form.fields["company"]._queryset is None  # nor was it put together


def test_what_there_is_to_choose_from_is_read_when_it_is_shown(acme, inside, companies):
    with inside(acme):
        form = CompanyForm()
        later = Company.objects.create(name="Later")
        assert str(later.public_id) in str(form["company"])
        form.fields["company"].queryset = Company.objects.filter(name="Acme")
        assert str(later.public_id) not in str(form["company"])
