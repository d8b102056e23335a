import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.env import Env, read
from config.trouble import Trouble
from tests.config.conftest import PROJECT, run

SECRET = "a secret that is long enough for anybody"


def settings(tmp_path: Path, **environ: str) -> Env:
    return read({"CANDOR_DATA": str(tmp_path / "data"), **environ}, project=tmp_path)


def test_without_any_setting_everything_has_a_value(tmp_path):
    env = read({}, project=tmp_path)
    assert env.debug
    assert env.site_url == "http://localhost:8000"
    assert env.allowed_hosts == ["localhost", "127.0.0.1"]
    assert env.data_dir == tmp_path / ".data"
    assert env.trial_days == 30
    assert env.is_embedded


def test_one_error_names_all_troubles(tmp_path):
    with pytest.raises(Trouble) as caught:
        settings(
            tmp_path,
            PORT="eighty",
            DEBUG="perhaps",
            SITE_URL="candor.example",
            DATABASE_URL="postgresql://db.example/",
            CELERY_BROKER_URL="amqp://broker",
            EMAIL_URL="mail.example",
            SECRET_KEY="short",
            TRIAL_DAYS="0",
            WORKER_QUEUE="quick",
        )
    text = str(caught.value)
    assert text.count("\n  - ") == 9
    for name in ("PORT", "DEBUG", "SITE_URL", "DATABASE_URL", "CELERY_BROKER_URL", "EMAIL_URL", "SECRET_KEY"):
        assert f"- {name} " in text


def test_a_program_says_it_without_a_traceback():
    told = run("manage.py", "check", PORT="eighty")
    assert told.returncode == 2
    assert 'PORT is "eighty"; it must be a number from 1 to 65535.' in told.stderr
    assert "Traceback" not in told.stderr


def test_troubles_never_show_a_password(tmp_path):
    with pytest.raises(Trouble) as caught:
        settings(
            tmp_path,
            DATABASE_URL="postgresql://me:hunter2@db.example/?nonsense=1",
            EMAIL_URL="x://a:hunter2@b",
        )
    assert "hunter2" not in str(caught.value)


def test_secrets_stay_out_of_the_representation(tmp_path):
    env = settings(tmp_path, SECRET_KEY=SECRET, DATABASE_URL="postgresql://me:hunter2@db/candor")
    assert SECRET not in repr(env)
    assert "hunter2" not in repr(env)


@pytest.mark.parametrize(
    ("site_url", "debug"),
    [("http://localhost:8000", True), ("http://127.0.0.1", True), ("https://candor.example", False)],
)
def test_debug_is_on_only_on_this_machine(tmp_path, site_url, debug):
    assert settings(tmp_path, SITE_URL=site_url).debug is debug


def test_debug_before_strangers_is_a_trouble(tmp_path):
    with pytest.raises(Trouble, match="strangers would read our innards"):
        settings(tmp_path, SITE_URL="https://candor.example", DEBUG="1")


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / ".env").write_text('# ours\nPORT=8111\nexport TRIAL_DAYS="14"\n#SITE_URL=https://no.example\n')
    env = settings(tmp_path, PORT="8112")
    assert (env.port, env.trial_days, env.site_url) == (8112, 14, "http://localhost:8112")


def test_an_empty_text_unsets(tmp_path):
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://me@db/candor\n")
    assert settings(tmp_path, DATABASE_URL="").is_embedded


def test_an_installation_makes_its_secret_once_and_for_itself(tmp_path):
    first, second = settings(tmp_path), settings(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 50
    assert stat.S_IMODE((tmp_path / "data/secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_two_programs_that_begin_together_agree_on_the_secret(tmp_path):
    program = "from config.env import env; print(env.secret_key)"
    from config.env import child_environ

    environ = child_environ({"CANDOR_DATA": str(tmp_path / "new")})
    both = [
        subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, env=environ, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in both}) == 1


def test_a_data_folder_that_is_a_file_is_a_trouble(tmp_path):
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(Trouble, match=r"data folder .* cannot be used"):
        settings(tmp_path)


def test_a_damaged_secret_is_a_trouble_and_not_replaced(tmp_path):
    settings(tmp_path)
    (tmp_path / "data/secret_key").write_text("")
    with pytest.raises(Trouble, match="damaged"):
        settings(tmp_path)
    assert (tmp_path / "data/secret_key").read_text() == ""


def test_an_administrators_address_gives_each_role_its_own(tmp_path):
    env = settings(
        tmp_path,
        SECRET_KEY=SECRET,
        DATABASE_URL="postgresql://root:admin@db.example:6432/firm?sslmode=require",
    )
    entry = env.database("app")
    assert (entry["USER"], entry["NAME"], entry["HOST"], entry["PORT"]) == (
        "candor_app",
        "firm",
        "db.example",
        "6432",
    )
    assert entry["OPTIONS"] == {"sslmode": "require"}
    passwords = {env.database(role)["PASSWORD"] for role in ("owner", "loader", "app", "support", "broker")}
    assert len(passwords) == 5
    assert "admin" not in passwords
    assert env.database("broker")["NAME"] == "firm_broker"


def test_the_app_roles_own_address_is_used_as_it_is(tmp_path):
    env = settings(tmp_path, DATABASE_URL="postgresql://candor_app:hers@db.example/firm")
    assert env.database("app")["PASSWORD"] == "hers"
    with pytest.raises(Trouble, match="Set DATABASE_OWNER_URL"):
        env.database("owner")
    env = settings(
        tmp_path,
        DATABASE_URL="postgresql://candor_app:hers@db.example/firm",
        DATABASE_OWNER_URL="postgresql://candor_owner:theirs@db.example/firm",
    )
    assert env.database("owner")["PASSWORD"] == "theirs"


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("smtp://me:p%40ss@mail.example", ("mail.example", 587, "me", "p@ss", True, False)),
        ("smtp://mail.example:25?tls=0", ("mail.example", 25, "", "", False, False)),
        ("smtps://mail.example", ("mail.example", 465, "", "", False, True)),
    ],
)
def test_a_mail_server_is_one_address(tmp_path, url, parts):
    smtp = settings(tmp_path, EMAIL_URL=url).smtp
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.username, smtp.password, smtp.use_tls, smtp.use_ssl) == parts


def test_a_former_secret_still_opens_what_it_sealed(tmp_path):
    before = settings(tmp_path, SECRET_KEY=SECRET)
    after = settings(tmp_path, SECRET_KEY=SECRET + "!", SECRET_KEY_FALLBACKS=f" {SECRET}, ")
    assert before.former_secret_keys == []
    assert after.derive_all("seals") == [after.derive("seals"), before.derive("seals")]
    assert after.derive("seals") != before.derive("seals")
    assert SECRET not in repr(after)
    with pytest.raises(Trouble, match="SECRET_KEY_FALLBACKS holds"):
        settings(tmp_path, SECRET_KEY_FALLBACKS=f"{SECRET},short")


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, None),
        ({"CELERY_BROKER_URL": "redis://broker/0"}, "redis://broker/0"),
        ({"CELERY_BROKER_URL": "redis://broker/0", "REDIS_URL": "redis://cache/1"}, "redis://cache/1"),
        ({"REDIS_URL": "rediss://cache/1"}, "rediss://cache/1"),
    ],
)
def test_tries_are_counted_in_the_redis_that_is_named(tmp_path, given, url):
    assert settings(tmp_path, **given).redis_url == url


def test_the_demo_password_is_one_word_of_this_installation(tmp_path):
    one = settings(tmp_path, SECRET_KEY=SECRET).demo_password
    assert re.fullmatch("[a-z]{14}", one)
    assert one == settings(tmp_path, SECRET_KEY=SECRET).demo_password
    assert one != settings(tmp_path, SECRET_KEY=SECRET + "!").demo_password


def test_nobody_else_reads_the_environment():
    folders = [path for path in PROJECT.iterdir() if (path / "__init__.py").exists()]
    ours = [file for path in folders if path.name != "tests" for file in path.rglob("*.py")]
    readers = {
        str(file.relative_to(PROJECT))
        for file in ours
        if re.search(r"os\.getenv|os\.environ(?!\.setdefault|\.update)|environ\.get", file.read_text())
    }
    assert readers == {"config/env.py", "devtools/processor_sim/__main__.py"}  # the latter is a program of its own


def test_the_example_names_every_setting():
    readers = "".join((PROJECT / file).read_text() for file in ("config/env.py", "config/processor.py"))
    names = set(re.findall(r'given\.\w+\("([A-Z_]+)"', readers))
    example = (PROJECT / ".env.example").read_text()
    assert len(names) > 10
    assert {name for name in names if f"\n#{name}=" not in example} == {"CANDOR_DATABASE_ROLE"}


def test_behind_a_proxy_tries_are_counted_by_the_visitors_address(tmp_path):
    """Otherwise all visitors share one allowance, and one of them locks the others out."""
    code = """
import django; django.setup()
from allauth.account.adapter import get_adapter
from django.test import RequestFactory
seen = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="198.51.100.66, 192.0.2.7", REMOTE_ADDR="127.0.0.1")
print(get_adapter().get_client_ip(seen))
"""
    surroundings = {"DJANGO_SETTINGS_MODULE": "config.settings", "CANDOR_DATA": str(tmp_path)}
    behind = run("-c", code, **surroundings, DEBUG="0", SITE_URL="https://candor.example")
    assert behind.stdout.strip() == "192.0.2.7", behind.stderr
    assert run("-c", code, **surroundings).stdout.strip() == "127.0.0.1"


LIVE = {
    "SITE_URL": "https://candor.example",
    "SECRET_KEY": SECRET,
    "STRIPE_API_KEY": "sk_live_of_this_test",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_of_this_test",
    "STRIPE_WEBHOOK_SECRETS": "whsec_new_0123456789, whsec_old_0123456789",
}


def test_where_strangers_pay_the_processor_is_the_real_one(tmp_path):
    stripe = settings(tmp_path, **LIVE).stripe
    assert (stripe.api_base, stripe.is_live, stripe.simulator_port) == ("", True, None)
    assert stripe.webhook_secrets == ["whsec_new_0123456789", "whsec_old_0123456789"]
    assert "sk_live" not in repr(stripe)
    for name, value in (
        ("STRIPE_API_BASE", "http://processor.example"),
        ("STRIPE_JS_URL", "http://processor.example/stripe.js"),
        ("STRIPE_WEBHOOK_SECRETS", ""),
        ("STRIPE_WEBHOOK_SECRETS", "short"),
        ("STRIPE_API_KEY", "sk_test_of_this_test"),
        ("STRIPE_API_KEY", "whatever"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_test_of_this_test"),
        ("STRIPE_LIVEMODE", "0"),
        ("STRIPE_WEBHOOK_ENDPOINT", "ours"),
    ):
        with pytest.raises(Trouble, match=name):
            settings(tmp_path, **{**LIVE, name: value})


def test_without_a_key_only_this_machine_has_a_processor(tmp_path):
    here = settings(tmp_path, PORT="8100").stripe
    assert (here.simulator_port, here.api_base, here.is_live) == (8102, "http://localhost:8102", False)
    assert all(here.webhook_secrets)
    strangers = settings(tmp_path, SITE_URL="https://candor.example", SECRET_KEY=SECRET).stripe
    assert (strangers.api_key, strangers.simulator_port, strangers.webhook_secrets) == ("", None, [])


def test_the_test_processor_does_not_start_in_production(tmp_path):
    for surroundings in ({"DJANGO_ENV": "production"}, {"DEBUG": "0"}):
        told = run("-m", "devtools.processor_sim", f"--file={tmp_path}/sim", **surroundings)
        assert told.returncode == 1
        assert "does not run in production" in told.stderr
        assert not (tmp_path / "sim").exists()
