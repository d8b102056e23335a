"""Django's settings. What may differ between two installations comes from ``config/env.py``."""

from datetime import timedelta
from pathlib import Path

from config.env import env

BASE_DIR = Path(__file__).resolve().parent.parent
SITE_NAME = "Candor"

DEBUG = env.debug
SECRET_KEY, SECRET_KEY_FALLBACKS = env.secret_key, env.former_secret_keys
SEAL_SECRETS = env.derive_all("seals")
ALLOWED_HOSTS = env.allowed_hosts
SITE_URL = env.site_url
WEBHOOKS_REACH_LOOPBACK = env.debug  # a receiver on a developer's own machine, without encryption
TRIAL_DAYS = env.trial_days
API_REQUESTS_PER_MINUTE = env.api_requests_per_minute  # of one key, counted by each web process; 0: as many as come
OPERATOR = env.operator
ANYMAIL = {"WEBHOOK_SECRET": env.mail_webhook_secret}
MAIL_LOG_DOMAIN, MAIL_LOG_PORT = env.mail_log_domain, env.mail_log_port  # members' own addresses for logging mail
PROCESSORS_FILE = env.processors_file  # who else works for this installation on personal data
RESTORES_FILE = env.restores  # when backups were put back, and what was in them
LEAKED_PASSWORDS_FILE = env.leaked_passwords_file  # SHA-1 of one a line, in order
PROVIDERS_FILE = env.providers_file  # who carries which network address
PROMISES_FILE = env.promises_file  # how the tests of our promises ended
DELETION_LEDGER = env.deletion_ledger  # what was erased, as keyed hashes; never part of a backup
BACKUP_KEYS = env.backup_keys  # the accounts' keys, without which files in backups can't be read; one copy, the newest
BACKUPS_KEPT = timedelta(days=env.backups_kept_days)
AUDIT_LOG_KEY, AUDIT_LOG_KEY_FILE = env.audit_log_key, env.audit_log_key_file
AUDIT_CHECKPOINTS_FILE = env.audit_checkpoints_file
DEMO_PASSWORD = env.demo_password if DEBUG else None  # opens the demo accounts

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
QUEUES = "config.celery.app"  # what a request or a command sends with
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ACCOUNT_MODEL = "accounts.Account"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "django_linear_migrations",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "lib.apps.LibConfig",
    "datamap.apps.DatamapConfig",
    "tenancy.apps.TenancyConfig",
    "audit.apps.AuditConfig",
    "accounts.apps.AccountsConfig",
    "demo.apps.DemoConfig",
    "crm.apps.CrmConfig",
    "timetracking.apps.TimetrackingConfig",
    "invoicing.apps.InvoicingConfig",
    "billing.apps.BillingConfig",
    "privacy.policies.apps.PoliciesConfig",
    "privacy.registers.apps.RegistersConfig",
    "website.apps.WebsiteConfig",
    "privacy.rights.apps.RightsConfig",
    "privacy.children.apps.ChildrenConfig",
    "privacy.support_access.apps.SupportAccessConfig",
    "privacy.exports.apps.ExportsConfig",
    "privacy.deletion.apps.DeletionConfig",
    "privacy.visits.apps.VisitsConfig",
    "config.apps.ConfigConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "privacy.visits.recording.NotesVisits",
    "accounts.card_guard.CardGuard",
    "accounts.door.ApiMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.optout.SaysItHeard",
    "accounts.cookies.SealedCookies",
    "accounts.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.door.AccountMiddleware",
    "config.errors.OwnNotFoundPage",
]

_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)],
                )
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.static",
                "lib.templatetags.format",
                "lib.templatetags.look",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.shell",
                "timetracking.timer.bar.context",
            ],
        },
    }
]
# A wrong icon name stops a developer and a test; for a visitor it is left out and logged.
STRICT_TEMPLATES = DEBUG
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": {**env.database(env.database_role), "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}}

# Who handles cards; another one is another module (billing/gateway).
PROCESSOR = "billing.gateway.stripe.StripeProcessor"
STRIPE_API_KEY, STRIPE_PUBLISHABLE_KEY = env.stripe.api_key, env.stripe.publishable_key
STRIPE_API_BASE, STRIPE_JS_URL = env.stripe.api_base, env.stripe.js_url  # a base of "" is the processor's own
STRIPE_WEBHOOK_SECRETS, STRIPE_WEBHOOK_ENDPOINT = env.stripe.webhook_secrets, env.stripe.webhook_endpoint
STRIPE_LIVEMODE = env.stripe.is_live
# How a look at one record reaches the database: as the role that may call one function, and see no table.
SUPPORT_DATABASE = env.conninfo("support")

# What all web processes count together: tries at signing in, so no process keeps a count of its own.
_SHARED = (
    {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env.redis_url}
    if env.redis_url
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cacheentry",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
)
CACHES = {"default": {**_SHARED, "KEY_FUNCTION": "lib.seals.cache_key"}}

# Static files: ours, and the front-end packages that package-lock.json pins.
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "config.front_end.PackageFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.files_dir},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "config.front_end.HashedFiles"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# Language, dates: English words; numbers and dates by the person's own locale (lib/formats).
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

# Sign-in (allauth): by e-mail address, which must be verified; accounts are made at /trial/ only.
AUTHENTICATION_BACKENDS = ["accounts.adapter.ByEmail"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name if "." in name else f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
        ("accounts.leaked.LeakedPasswordValidator", {}),
    )
]
# Tries are counted by address: with a proxy in front of us, by the one that it saw.
ALLAUTH_TRUSTED_PROXY_COUNT = 0 if DEBUG else 1
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "enter"
STAFF_AREA = "support:tickets"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.ResetForm",
    "user_token": "accounts.forms.ResetLinkForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
# How often one may try: tries/time/counted by. The pause grows with the tries: minutes, an hour, a day.
# "key" is what was typed, or the network; "ip" the sender's address (accounts/limits.py).
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "5/5m/key,10/h/key,20/d/key,10/m/ip,100/h/ip",
    "login_failed_in_network": "300/h/key",
    "signup": "3/10m/key,10/d/key,10/m/ip,60/h/ip",
    "reset": "3/10m/key,10/d/key,10/m/ip,60/h/ip",
    "contact": "5/10m/key,20/d/key,10/m/ip,60/h/ip",
    "way_back": "3/10m/key,10/d/key",
    "change_email": "3/h/key,10/d/key",
    "my_copy": "3/h/key,5/d/key",
    "webhook": "600/m/ip",  # whoever is turned away sends it again
    "reset_password": None,  # counted as "reset", by our own form
}
# Second factors (allauth.mfa): its table, our pages and rules (accounts/factors).
MFA_ADAPTER = "accounts.factors.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_RECOVERY_CODE_COUNT = 10
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # each challenge does for signing in by a passkey alone
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute off
PROVEN_FOR = timedelta(minutes=10)  # so long a step that matters trusts the last proof of who sits there
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
PASSWORD_RESET_TIMEOUT = int(timedelta(days=3).total_seconds())

# Cookies and headers. All cookies stand in accounts/cookies.py; the session's secret is in accounts/sessions.py.
SESSION_ENGINE = "accounts.sessions"
SESSION_IDLE = timedelta(hours=8)
SESSION_ABSOLUTE = timedelta(hours=16)
SESSION_BEFORE_SIGN_IN = timedelta(hours=1)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = int(SESSION_IDLE.total_seconds())
CSRF_COOKIE_AGE = None  # with the browser
REMEMBER_FOR = timedelta(days=90)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
_HOST = "" if DEBUG else "__Host-"  # browsers take such a cookie over HTTPS alone, for this very host
SESSION_COOKIE_NAME = f"{_HOST}candor_session"
CSRF_COOKIE_NAME = f"{_HOST}candor_csrf"
REMEMBER_COOKIE_NAME = f"{_HOST}candor_remembered"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
SECURE_SSL_REDIRECT = not DEBUG
SECURE_HSTS_SECONDS = 0 if DEBUG else int(timedelta(days=365).total_seconds())
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
SECURE_PROXY_SSL_HEADER = None if DEBUG else ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
# Messages name people: they stay on the server, in the session.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# Mail: by SMTP where one is set, otherwise into a folder that the development pages show.
EMAIL_FILE_PATH = env.mail_dir
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.email_from
if env.smtp:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = env.smtp.host, env.smtp.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.smtp.username, env.smtp.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = env.smtp.use_tls, env.smtp.use_ssl
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "accounts.mailfolder.EmailBackend"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"class": "lib.cards.Formatter", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
