"""Settings. Everything that differs between places is read from the environment.

docs/operating.md lists every variable. The defaults are for production on one
machine: no debugging, a secret of its own, no open list of hosts.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from config import environment
from lessons.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / ".data")))

DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.secret("SECRET_KEY", DATA_DIR / "secret-key")

# The site ---------------------------------------------------------------------------------------
SITE_NAME = environment.text("SITE_NAME", "Dotori")
_port = environment.number("PORT", 8000, 1)
SITE_URL = environment.text("SITE_URL", f"http://127.0.0.1:{_port}").rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in ("http", "https") or not _site.hostname:
    raise ImproperlyConfigured(
        f"SITE_URL must be an address such as https://example.org, not “{SITE_URL}”"
    )
IS_HTTPS = _site.scheme == "https"
CONTENT_DIR = Path(environment.text("CONTENT_DIR", str(BASE_DIR / "content")))
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", f"{_site.hostname},127.0.0.1,localhost,[::1]")

INSTALLED_APPS = [
    "lessons",
    "progress",
    "comments",
    "feedback",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
]

# Sign-in with others, offered once their keys are in the environment.
SOCIALACCOUNT_PROVIDERS = {}
_PROVIDER_ORIGINS = {"google": "https://accounts.google.com", "github": "https://github.com"}
for _provider in _PROVIDER_ORIGINS:
    _keys = [environment.text(f"{_provider.upper()}_CLIENT_{part}") for part in ("ID", "SECRET")]
    if any(_keys) and not all(_keys):
        raise ImproperlyConfigured(f"{_provider.upper()}_CLIENT_ID and …_SECRET go together")
    if all(_keys):
        INSTALLED_APPS.append(f"allauth.socialaccount.providers.{_provider}")
        SOCIALACCOUNT_PROVIDERS[_provider] = {
            "APPS": [{"client_id": _keys[0], "secret": _keys[1], "key": ""}],
            "OAUTH_PKCE_ENABLED": True,
        }

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lessons.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "progress.accounts_middleware.PrivatePagesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lessons.context.site",
            ],
        },
    }
]

# Storage ----------------------------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        environment.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'site.sqlite3'}"),
        conn_health_checks=True,
        conn_max_age=60,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers go on while one writes; IMMEDIATE makes a second writer wait for its turn
    # instead of failing in the middle of its transaction.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all processes, because the limits on signing in count there. In memory each process
# would count for itself. The table is made by "manage.py prepare".
_cache_url = environment.text("CACHE_URL", "database://")
CACHES: dict[str, dict[str, Any]]
if _cache_url.startswith(("redis://", "rediss://")):
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": _cache_url,
        }
    }
elif _cache_url == "database://":
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "site_cache",
            # Far above what is alive at once: culling would forget who had tried too often.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
elif _cache_url == "locmem://":
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
else:
    raise ImproperlyConfigured("CACHE_URL must be redis://…, database:// or locmem://")

# People -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "progress.Learner"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# A session ended in one process must be over in all of them: cached in Redis, or not cached.
_is_redis = _cache_url.startswith(("redis://", "rediss://"))
SESSION_ENGINE = f"django.contrib.sessions.backends.{'cached_db' if _is_redis else 'db'}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "progress.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {
    "login": "progress.forms_account.SignInForm",
    "signup": "progress.forms_account.SignUpForm",
    "confirm_login_code": "progress.forms_account.SignInCodeForm",
    "confirm_email_verification_code": "progress.forms_account.MailCodeForm",
    "confirm_password_reset_code": "progress.forms_account.PasswordCodeForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
# Mail can be slow; eight digits with three attempts leave one chance in 33 million.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# True: "an account exists already" is said by mail, to the owner of the address, and nowhere else.
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "progress.adapters.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "progress.forms_account.AddKeyForm",
    "edit_webauthn": "progress.forms_account.RenameKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS  # browsers accept http for localhost alone
# How many proxies of ours stand in front: the address of a visitor is counted from the right of
# X-Forwarded-For, so what a visitor wrote there themself is never believed. With 0 only the
# connection itself is.
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = environment.number(
    "TRUSTED_PROXY_COUNT", 1 if environment.flag("BEHIND_PROXY") else 0
)
# What spans the apps: dotted functions of each app (progress/accounts.py says what they get).
LEARNER_EXPORTS = [
    "progress.accounts.export",
    "progress.history.export",
    "comments.personal.export",
    "feedback.personal.export",
]
LEARNER_ERASURES = [
    "progress.accounts.erase_sign_in",
    "comments.personal.erase",
    "feedback.personal.erase",
]
# Parts of ``manage.py demo`` (comments/demo.py says what they get).
DEMO_PARTS = ["progress.demo.fill", "comments.demo.fill", "feedback.demo.fill"]
LEARNER_RENAMES = ["comments.personal.renamed"]
# What "manage.py deliver" does in each round besides sending mail: functions without arguments.
WORKER_ROUNDS = ["feedback.rounds.work"]
CSRF_FAILURE_VIEW = "progress.accounts_views.form_expired"

# Mail -------------------------------------------------------------------------------------------
# Without a server mail is printed to the log, codes and all: right for trying the site, not for
# people (manage.py check says so).
_mail = environment.mail_server()
EMAIL_BACKEND = _mail.backend
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.tls == "starttls", _mail.tls == "implicit"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.text("MAIL_FROM", f"{SITE_NAME} <noreply@{_site.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Discussion -------------------------------------------------------------------------------------
COMMENT_EDIT_MINUTES = environment.number("COMMENT_EDIT_MINUTES", 30)
FLAGS_TO_WAIT = environment.number("FLAGS_TO_WAIT", 3, low=1)
DIGEST_HOUR = environment.number("DIGEST_HOUR", 8)  # of TIME_ZONE, for the daily mails
if DIGEST_HOUR > 23:
    raise ImproperlyConfigured("DIGEST_HOUR must be a whole number from 0 to 23")

# Reports ----------------------------------------------------------------------------------------
# Opens a line of a lesson's file, such as https://example.org/blob/main/content/{path}#L{line}
SOURCE_URL = environment.text("SOURCE_URL")

# Languages and time -----------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = environment.text("TIME_ZONE", "UTC")

# Static files and pictures ----------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
ASSETS_URL = "/assets/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "lessons.staticfiles.SiteStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# Security ---------------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.NONE],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    # Chromium applies this to where a form's answer redirects, too.
    "form-action": [CSP.SELF, *(_PROVIDER_ORIGINS[name] for name in SOCIALACCOUNT_PROVIDERS)],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
# Django's admin carries inline styles on its change forms; the policy of the site does not bend for it.
SECURE_CSP_ADMIN = {**SECURE_CSP, "style-src": [CSP.SELF, CSP.UNSAFE_INLINE]}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = IS_HTTPS and environment.flag("SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", 31_536_000 if IS_HTTPS else 0)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if environment.flag("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO").upper()},
}
