"""Django's settings: the checked environment in, plain values out."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF

from promptassay.config.database_url import parse_database_url
from promptassay.config.environment import load, read_master_keys
from promptassay.config.supabase import project_url
from promptassay.core.keyring import Keyring

PACKAGE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = load()
DEBUG = not ENVIRONMENT.production
SECRET_KEY = ENVIRONMENT.require_secret_key().reveal()
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
ROOT_URLCONF = "promptassay.config.urls"
ASGI_APPLICATION = "promptassay.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "promptassay.core",
    "promptassay.audit",
    "promptassay.accounts",
    "promptassay.workspaces",
    "promptassay.usage",
    "promptassay.providers",
    "promptassay.fragments",
    "promptassay.prompts",
    "promptassay.evals",
    "promptassay.assist",
    "promptassay.portability",
    "promptassay.trust",
    "promptassay.api",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "promptassay.core.http.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "promptassay.accounts.middleware.SessionActivityMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "promptassay.config.navigation.navigation",
            ],
            "builtins": ["promptassay.core.templatetags.ui", "promptassay.core.templatetags.importmap"],
        },
    }
]

_HASHED_STATIC = "whitenoise.storage.CompressedManifestStaticFilesStorage"

# --- Database -------------------------------------------------------------------------------------------------
# Everything runs as the app role; only `promptassay migrate` sets PROMPTASSAY_DB_ROLE to connect as the owner.
DATABASE_ROLE = os.environ.get("PROMPTASSAY_DB_ROLE", "app")


def _database() -> dict[str, Any]:
    if DATABASE_ROLE == "owner":
        url, setting = ENVIRONMENT.database_owner_url, "DATABASE_OWNER_URL"
    else:
        url, setting = ENVIRONMENT.database_url, "DATABASE_URL"
    entry = parse_database_url(url.reveal() if url else "postgresql://nobody@localhost/none", setting=setting)
    entry["CONN_MAX_AGE"] = None
    entry["CONN_HEALTH_CHECKS"] = True
    # Behind a transaction-mode pooler the next transaction may run elsewhere: no server-side cursors, and prepared
    # statements only where the operator says that the connection is direct. Values are bound by the server, so that
    # no content stands in the text of a statement.
    entry["DISABLE_SERVER_SIDE_CURSORS"] = True
    entry["OPTIONS"] = {
        **entry["OPTIONS"],
        "server_side_binding": True,
        "prepare_threshold": 2 if ENVIRONMENT.prepared_statements else None,
        "connect_timeout": 5,
        "application_name": "promptassay",
    }
    return entry


DATABASES = {"default": _database()}
# Asked, without a key, whether it answers; empty unless the database is one of Supabase's.
SUPABASE_URL = project_url(DATABASES["default"]["HOST"], DATABASES["default"]["USER"])
DIRECT_DATABASE_URL = ENVIRONMENT.database_direct_url.reveal() if ENVIRONMENT.database_direct_url else ""

# --- Sign-in --------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["promptassay.accounts.backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SIGNUP_OPEN = ENVIRONMENT.signup_open
MAIL_CONFIGURED = ENVIRONMENT.email is not None
ACCOUNT_ADAPTER = "promptassay.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if MAIL_CONFIGURED else "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "promptassay.accounts.models.display_name"
USERSESSIONS_TRACK_ACTIVITY = True

# --- Sessions, cookies, headers -------------------------------------------------------------------------------
SESSION_ENGINE = "promptassay.accounts.sessions"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.secure_cookies
SESSION_COOKIE_NAME = "__Host-session" if ENVIRONMENT.secure_cookies else "promptassay_session"
CSRF_COOKIE_NAME = "__Host-csrf" if ENVIRONMENT.secure_cookies else "promptassay_csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.public_url]
CSRF_FAILURE_VIEW = "promptassay.core.http.csrf_failed"
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.secure_cookies else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ENVIRONMENT.secure_cookies
SECURE_SSL_REDIRECT = False
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 60_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# --- Static files, language, time -----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE_DIR / "static"]
# `promptassay web` collects the files here, hashed and compressed, whenever the package has changed.
STATIC_ROOT = ENVIRONMENT.paths.root / "static"
WHITENOISE_MAX_AGE = 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": os.environ.get("PROMPTASSAY_STATIC_STORAGE", _HASHED_STATIC)},
}
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# --- Mail -----------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if ENVIRONMENT.email is not None:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = ENVIRONMENT.email.host, ENVIRONMENT.email.port
    EMAIL_HOST_USER = ENVIRONMENT.email.user
    EMAIL_HOST_PASSWORD = ENVIRONMENT.email.password.reveal() if ENVIRONMENT.email.password else ""
    EMAIL_USE_TLS, EMAIL_USE_SSL = ENVIRONMENT.email.starttls, ENVIRONMENT.email.tls
    DEFAULT_FROM_EMAIL = ENVIRONMENT.email.sender
    EMAIL_TIMEOUT = 10

# --- Ours -----------------------------------------------------------------------------------------------------
MASTER_KEYS = Keyring(read_master_keys)
PUBLIC_URL = ENVIRONMENT.public_url
INTERNAL_URL = ENVIRONMENT.internal_url
OPERATOR = ENVIRONMENT.operator
PRIVATE_PROVIDER_HOSTS = frozenset(ENVIRONMENT.private_provider_hosts)
PROVIDER_BASE_URLS = {
    "openai": ENVIRONMENT.openai_base_url,
    "anthropic": ENVIRONMENT.anthropic_base_url,
    "google": ENVIRONMENT.google_base_url,
}
API_REQUESTS_PER_MINUTE = ENVIRONMENT.api_requests_per_minute
STATUS_PROVIDERS = ENVIRONMENT.status_providers
TRUSTED_GATE_KEYS = ENVIRONMENT.trusted_gate_keys
# The last status that was read, for the time when the database is away.
STATUS_FILE = ENVIRONMENT.paths.run / "status.json"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "promptassay.core.logs.Formatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "filters": {"without_probes": {"()": "promptassay.core.logs.WithoutProbes"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level.upper()},
    "loggers": {
        # Statements and requests may hold content; they are not logged at any level of ours.
        "django.db.backends": {"level": "WARNING"},
        # At DEBUG it writes a template's whole context, prompts included, for each variable that is missing.
        "django.template": {"level": "INFO"},
        "django.request": {"filters": ["without_probes"]},
        "asyncio": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
