"""Nobody outside is talked to who is not in the register of processors."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.utils import timezone

from billing.views.shared import with_card_policy
from config.processor import JS_URL
from privacy.registers import books
from privacy.registers.egress import check_egress
from tests.promises import promise

MAIL = """
[[processor]]
key = "mail"
name = "Letterbox ApS"
service = "Mail"
does = "Delivers our letters."
categories = ["contact details"]
country = "DK"
mechanism = "Within the European Union"
policy = "https://letterbox.example/privacy"
hosts = ["smtp.letterbox.example"]
announced = {announced}
since = {since}
"""


def told():
    return [message.msg.partition(",")[0] for message in check_egress(None)]


@promise(41, 83)
def test_settings_pages_and_register_agree(settings, tmp_path):
    settings.STRIPE_API_KEY = ""
    assert told() == []
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE, settings.STRIPE_JS_URL = "sk_live_x", "", JS_URL
    assert told() == []
    policy = with_card_policy(HttpResponse())._csp_config
    outside = {urlsplit(word).hostname for words in policy.values() for word in words if "//" in word}
    assert "js.stripe.com" in outside and outside <= books.hosts()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"img-src": ["'self'", "data:", "cdn.pictures.example"]}}
    for settings.EMAIL_HOST in ("mailhost", "10.0.0.5", "localhost"):
        assert told() == ["CONTENT_SECURITY_POLICY leads to cdn.pictures.example"]
    settings.EMAIL_HOST = "smtp.letterbox.example"
    assert told()[1:] == ["EMAIL_URL leads to smtp.letterbox.example"]
    today = timezone.localdate()
    for since, warned in ((today, 1), (today + timedelta(days=30), 2)):
        settings.PROCESSORS_FILE = tmp_path / f"{since}.toml"
        settings.PROCESSORS_FILE.write_text(MAIL.format(announced=today, since=since))
        assert len(told()) == warned, "from its day on, not before"
