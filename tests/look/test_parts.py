"""The template tags, one by one."""

import pytest
from django import forms
from django.template import engines
from django.test import override_settings

from lib.templatetags.look import MissingIcon, drawing, initials


def render(markup, **context):
    return engines["django"].from_string(markup).render(context)


class ContactForm(forms.Form):
    name = forms.CharField(label="Name")
    phone = forms.CharField(label="Phone", required=False, help_text="Empty it and we hold none.")
    news = forms.BooleanField(label="News", required=False)
    kind = forms.ChoiceField(
        label="Kind", choices=[("a", "Client"), ("b", "Supplier")], widget=forms.RadioSelect, required=False
    )


def test_an_icon_is_drawn_inline_and_hidden_from_readers():
    markup = render('{% icon "eye" "icon-lg" %}')
    assert markup.startswith('<svg class="icon icon-lg" viewBox="0 0 24 24" aria-hidden="true"><path')
    assert 'd="M0 0h24v24H0z"' not in markup


@override_settings(STRICT_TEMPLATES=True)
def test_a_wrong_icon_stops_the_developer():
    with pytest.raises(MissingIcon):
        render('{% icon "no-such-icon" %}')


@override_settings(STRICT_TEMPLATES=False)
def test_a_wrong_icon_does_not_stop_a_visitor():
    assert render('{% icon "no-such-icon" %}') == ""


@pytest.mark.parametrize("name", ["../outline/eye", "EYE", "eye.svg", ""])
def test_an_icon_name_cannot_wander_off(name):
    with pytest.raises(MissingIcon):
        drawing(name)


def test_a_field_ties_hint_and_error_to_its_control():
    form = ContactForm({"phone": "+45"})
    form.add_error("phone", "Eight digits are needed.")
    markup = render("{% field form.phone %}", form=form)
    assert 'aria-describedby="id_phone_hint id_phone_error"' in markup
    assert 'aria-invalid="true"' in markup
    assert 'id="id_phone_hint"' in markup
    assert 'id="id_phone_error"' in markup
    assert 'value="+45"' in markup


def test_a_field_without_error_claims_none():
    markup = render("{% field form.name %}", form=ContactForm())
    assert "aria-invalid" not in markup
    assert "is-invalid" not in markup


def test_the_rarer_kind_of_field_is_marked():
    assert "needed" in render("{% field form.name %}", form=ContactForm())
    assert "optional" not in render("{% field form.phone %}", form=ContactForm())

    class MostlyNeeded(forms.Form):
        first = forms.CharField()
        last = forms.CharField()
        phone = forms.CharField(required=False)

    assert "needed" not in render("{% field form.first %}", form=MostlyNeeded())
    assert "(optional)" in render("{% field form.phone %}", form=MostlyNeeded())


def test_radio_buttons_stand_in_a_named_group():
    markup = render("{% field form.kind %}", form=ContactForm())
    assert "<fieldset" in markup
    assert "Kind" in markup.split("</legend>")[0]
    assert markup.count('type="radio"') == 2


def test_a_checkbox_stands_before_its_label():
    markup = render("{% field form.news %}", form=ContactForm())
    assert markup.index('type="checkbox"') < markup.index("News")


def test_what_was_typed_is_escaped():
    form = ContactForm({"name": "", "phone": '"><script>x</script>'})
    markup = render("{% form_errors form %}{% field form.phone %}", form=form)
    assert "<script>" not in markup


def test_the_summary_names_every_field_that_is_wrong():
    form = ContactForm({})
    markup = render("{% form_errors form %}", form=form)
    assert 'href="#id_name"' in markup
    assert "1 thing to look at" in markup
    assert "data-focus" in markup
    assert "What you typed is still here." in markup


def test_a_form_with_passwords_does_not_say_that_they_are_kept():
    class PasswordForm(forms.Form):
        password = forms.CharField(widget=forms.PasswordInput)

    markup = render("{% form_errors form %}", form=PasswordForm({}))
    assert "still here" not in markup and "type them again" in markup


def test_a_form_that_was_not_sent_has_no_summary():
    assert render("{% form_errors form %}", form=ContactForm()).strip() == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Alice Novak", "AN"),
        ("Frederik Aagaard-Thomassen", "FT"),
        ("Nora O'Brien", "NO"),
        ("Nora O’Brien", "NO"),
        ("alice@acme.example", "AL"),
        ("李小龍", "李"),
        ("نور حداد", "نح"),
        ("", "?"),
        ("🙂", "?"),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters


def test_a_person_has_the_same_colour_everywhere():
    colours = {render('{% face "Alice Novak" size %}', size=size).split("face-")[1][0] for size in ("", "sm", "lg")}
    assert len(colours) == 1
    assert "face-" not in render('{% face "Maren Holt" plain=True %}')


def test_a_name_cannot_bring_markup():
    assert "<b>" not in render(
        "{% face name %}{% pill name %}{% diff rows %}", name="<b>x</b>", rows=[("<b>", "<b>", "")]
    )


def test_a_difference_says_removed():
    markup = render("{% diff rows %}", rows=[("Phone", "+45 1", ""), ("Title", "", "Partner")])
    assert '<del dir="auto">+45 1</del>' in markup
    assert "Removed" in markup
    assert "Partner" in markup


def test_instants_in_a_sentence_are_written_for_the_reader_and_the_rest_is_no_markup():
    markup = render("{{ words|with_times }}", words="At 2026-11-22T08:05:00.000000Z <b> and 2026-11-22T09:05:00Z")
    assert "<b>" not in markup
    assert '<time datetime="2026-11-22T08:05:00.000000Z"' in markup
    assert ">22 Nov 2026, 08:05:00</time> &lt;b&gt; and <time" in markup
    assert render("{{ words|with_times }}", words="No time at all") == "No time at all"


def test_links_lead_to_pages_that_exist():
    assert render('{% reachable "/login/" as url %}{{ url }}') == "/login/"
    assert render('{% reachable "/no-such-page/" as url %}{{ url }}') == ""


def test_an_empty_list_without_a_way_out_has_no_empty_row():
    assert "actions" not in render('{% empty_state "Nothing yet" %}{% endempty_state %}')
