"""Every setting of the site, read from the environment. `docs/settings.md` explains each variable.

The defaults serve one person on one machine (`make run`); production sets at least CMQ_SECRET_KEY,
CMQ_HOSTS, CMQ_HTTPS and CMQ_MAIL_URL, and `cmq doctor` says what is missing.
"""

import os
import re
import shlex
from pathlib import Path
from typing import Any, Literal

from dotenv import load_dotenv
from environs import Env

from cmq.core import log_lines, secret, shared_cache, wire

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
# What the environment does not say, a file may; libraries read it there too, which `env.read_env` does not let them.
ENV_FILE = env.str("CMQ_ENV_FILE", str(BASE_DIR / ".env"))
if ENV_FILE:
    load_dotenv(ENV_FILE, interpolate=False)

VAR_DIR = Path(env.str("CMQ_VAR_DIR", str(BASE_DIR / "var")))

DEBUG = env.bool("CMQ_DEBUG", False)
SECRET_KEY = env.str("CMQ_SECRET_KEY", "")
START_PROBLEM = secret.problem(SECRET_KEY)
SECRET_KEY_FALLBACKS: list[str] = env.list("CMQ_SECRET_KEY_FALLBACKS", [])

DEFAULT_EXCEPTION_REPORTER_FILTER = "cmq.core.masking.SecretFilter"

HTTPS = env.bool("CMQ_HTTPS", False)
ALLOWED_HOSTS: list[str] = env.list("CMQ_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
SITE_URL = env.str("CMQ_SITE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []

# The look: « neutre » for anyone; « etat » only for a site of the State (DSFR terms of use).
THEME: Literal["neutre", "etat"] = env.str("CMQ_THEME", "neutre")  # type: ignore[assignment]
if THEME not in ("neutre", "etat"):
    raise ValueError("CMQ_THEME vaut « neutre » ou « etat ».")
SITE_NAME = env.str("CMQ_SITE_NAME", "Campus des métiers et des qualifications")
SITE_OWNER = env.str("CMQ_SITE_OWNER", "")
SITE_HOSTING = env.str("CMQ_SITE_HOSTING", "")
CONTACT_EMAIL = env.str("CMQ_CONTACT_EMAIL", "contact@localhost")
SOURCE_CODE_URL = env.str("CMQ_SOURCE_CODE_URL", "")
# Map tiles: none by default (the maps are drawn from our own outlines); « ign » shows the IGN plan.
MAP_TILES: Literal["", "ign"] = env.str("CMQ_MAP_TILES", "")  # type: ignore[assignment]
if MAP_TILES not in ("", "ign"):
    raise ValueError("CMQ_MAP_TILES est vide ou vaut « ign ».")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "widget_tweaks",
    "django_tasks",
    "django_tasks_db",
    "dsfr",
    "cmq.core",
    "cmq.reference",
    "cmq.accounts",
    "cmq.organisations",
    "cmq.campuses",
    "cmq.network",
    "cmq.upkeep",
    "cmq.labels",
    "cmq.careers",
    "cmq.certifications",
    "cmq.labour",
    "cmq.trainings",
    "cmq.onisep",
    "cmq.catalogue",
    "cmq.offers",
    "cmq.projects",
    "cmq.tours",
    "cmq.funding",
    "cmq.evidence",
    "cmq.complements",
    "cmq.editorial",
    "cmq.newsletter",
    "cmq.campaigns",
    "cmq.applications",
    "cmq.instruction",
    "cmq.expertise",
    "cmq.deliberation",
    "cmq.awards",
    "cmq.renewals",
    "cmq.proof",
    "cmq.imports",
    "cmq.official",
    "cmq.search",
    "cmq.opendata",
    "cmq.alerts",
    "cmq.statistics",
    "cmq.service",
    "cmq.web",
    "cmq.operations",
]

MIDDLEWARE = [
    "cmq.web.health.HealthMiddleware",
    "cmq.web.observing.ObservingMiddleware",
    "cmq.web.closing.ClosingMiddleware",
    # Early: an anonymous visitor's page comes from memory before any other work is done.
    "cmq.web.page_cache.PageCacheMiddleware",
    "cmq.web.security.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cmq.web.security_log.RefusalLogMiddleware",
    "cmq.web.input_guard.InputGuardMiddleware",
    "cmq.web.replicas.ReplicaMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cmq.web.rate_limits.RateLimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "cmq.web.espace.session_age.SessionAgeMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cmq.web.espace.helping.HelpMiddleware",
    "cmq.web.espace.gates.GatesMiddleware",
    "cmq.web.errors.FilesMiddleware",
]

ROOT_URLCONF = "cmq.urls"
WSGI_APPLICATION = "cmq.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "cmq" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cmq.web.context.site",
            ],
            "builtins": ["cmq.web.templatetags.cmq"],
        },
    }
]

_database = env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'cmq.sqlite3'}")
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        # A transaction that will write takes the write lock at once: two writers wait, none fails halfway.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;",
    }
    # A file, not memory: tests of writers at once need connections that really wait for each other.
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    _database = wire.on_a_wire(_database)
DATABASES = {"default": _database}
# A copy that follows the primary (PostgreSQL), for pages that only read.
if env.str("CMQ_REPLICA_URL", ""):
    DATABASES["replica"] = wire.on_a_wire(env.dj_db_url("CMQ_REPLICA_URL")) | {"TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["cmq.core.replicas.ReplicaRouter"]
for _each in DATABASES.values():
    # On SQLite too: opening the file and setting it up costs as much as drawing a page.
    _each["CONN_MAX_AGE"] = env.int("CMQ_DB_CONN_MAX_AGE", 60)
# Behind a pooler in transaction mode no cursor outlives its transaction, and what a session sets is not its own.
if env.bool("CMQ_BEHIND_POOLER", False):
    for _each in DATABASES.values():
        _each.update(CONN_MAX_AGE=0, DISABLE_SERVER_SIDE_CURSORS=True)
        _each.get("OPTIONS", {}).pop("options", None)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by every process of every machine, for what must be counted together (rate limits): a table, or a server.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}}
if _cache := env.str("CMQ_CACHE_URL", ""):
    CACHES = {"default": shared_cache.cache_settings(_cache), shared_cache.TABLE: CACHES["default"]}
for _each in CACHES.values():
    # Callers' IPs and addresses stand in the keys of libraries: what is kept has digests of them.
    _each["KEY_FUNCTION"] = "cmq.core.addresses.cache_key"

# How often each address asks the API, on SQLite; on PostgreSQL the database counts.
RATES_FILE = VAR_DIR / "debits.sqlite3"
# Calls of the API in a minute: from one address, and with one token.
API_PER_MINUTE = env.int("CMQ_API_PER_MINUTE", 120)
API_PER_MINUTE_WITH_TOKEN = env.int("CMQ_API_PER_MINUTE_WITH_TOKEN", 600)
# Requests of a kind in a minute: from one address (a whole lycée may have only one), and by one person; 0: no limit.
LIMITS = {
    "pages": (1200, 600),
    "search": (1200, 300),
    "files": (300, 120),
    "login": (60, 30),
    "forms": (60, 240),
    "uploads": (20, 60),
    "reports": (30, 30),
}
_limits: dict[str, str] = env.dict("CMQ_LIMITS", {})
for _kind, _two in _limits.items():
    if _kind not in LIMITS or not re.fullmatch(r"\d{1,6}:\d{1,6}", _two):
        raise ValueError(f"CMQ_LIMITS est une liste comme « search=1200:300 » ; les sortes sont {', '.join(LIMITS)}.")
    LIMITS[_kind] = (int(_two.partition(":")[0]), int(_two.partition(":")[2]))

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    # CNIL, délibération 2022-100: twelve characters where nothing else bounds the attempts.
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "cmq.accounts.passwords.GuessableValidator"},
    {
        "NAME": "cmq.accounts.passwords.BreachedValidator",
        "OPTIONS": {"path": env.str("CMQ_BREACHED_PASSWORDS", "")},
    },
]
PASSWORD_RESET_TIMEOUT = 2 * 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/espace/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "cmq.web.espace.account_adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_CHANGE_EMAIL = True
# Before an address changes, as before a factor does.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "login": "cmq.web.espace.account_forms.LoginForm",
    "reset_password": "cmq.web.espace.account_forms.ResetPasswordForm",
    "add_email": "cmq.web.espace.account_forms.AddEmailForm",
    "reauthenticate": "cmq.web.espace.account_forms.ReauthenticatePasswordForm",
}

# Whether everyone must have a second factor besides their password.
SECOND_FACTOR = env.bool("CMQ_SECOND_FACTOR", HTTPS)
MFA_ADAPTER = "cmq.web.espace.factor_adapter.FactorAdapter"
# Recovery codes are our own (`cmq/accounts/recovery.py`): allauth keeps what its own are made from.
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
# A code lives for its own half minute, no longer (ASVS 5.0, 6.5.5); a used one is remembered for as long.
MFA_TOTP_TOLERANCE = 0
MFA_FORMS = {
    "authenticate": "cmq.web.espace.account_forms.AuthenticateForm",
    "reauthenticate": "cmq.web.espace.account_forms.ReauthenticateForm",
    "activate_totp": "cmq.web.espace.account_forms.ActivateTOTPForm",
    "add_webauthn": "cmq.web.espace.account_forms.AddKeyForm",
    "edit_webauthn": "cmq.web.espace.account_forms.RenameKeyForm",
}

# How long a proof of who one is holds for signing and taking position; 0 asks nothing more than to be logged in.
STEP_UP_MINUTES = env.int("CMQ_STEP_UP_MINUTES", 10)
# The day of the present terms of use (`partials/terms.html`): another text has another day, and is accepted anew.
TERMS_VERSION = "2026-11-28"
# Whether the workspace waits for their acceptance; no where another contract stands instead.
ASKS_TERMS = env.bool("CMQ_ASKS_TERMS", True)
# ProConnect: off until the site is registered there and has these three.
PROCONNECT_ISSUER = env.str("CMQ_PROCONNECT_ISSUER", "").rstrip("/")
PROCONNECT_CLIENT_ID = env.str("CMQ_PROCONNECT_CLIENT_ID", "")
PROCONNECT_CLIENT_SECRET = env.str("CMQ_PROCONNECT_CLIENT_SECRET", "")
# The levels of assurance that open this site, asked for and checked in the answer.
PROCONNECT_ACR: list[str] = env.list(
    "CMQ_PROCONNECT_ACR",
    [
        "eidas1",
        "eidas2",
        "eidas3",
        *(
            f"https://proconnect.gouv.fr/assurance/{name}{end}"
            for name in ("self-asserted", "consistency-checked")
            for end in ("", "-2fa")
        ),
    ],
)
# No where the provider refuses the parameters of RFC 7636.
PROCONNECT_PKCE = env.bool("CMQ_PROCONNECT_PKCE", True)

# `__Host-`: browsers take such a cookie over HTTPS only, from this very host, for all of it. No neighbour sets one.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
# From log-in, whatever is done; and minutes without a sign of life, 0 for none (`web/espace/session_age.py`).
SESSION_COOKIE_AGE = 12 * 3600
IDLE_MINUTES = env.int("CMQ_IDLE_MINUTES", 60)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "cmq.web.waiting_messages.Storage"
SECURE_SSL_REDIRECT = HTTPS
# Programs are refused in clear instead (`web/api/gate.py`).
SECURE_REDIRECT_EXEMPT = [r"^api/v1/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if env.bool("CMQ_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("CMQ_PROXIES", 1)
X_FRAME_OPTIONS = "DENY"
# For how long a shared cache (CDN) answers by itself for what is the same for everyone; 0: it asks each time.
SHARED_CACHE_SECONDS = env.int("CMQ_SHARED_CACHE_SECONDS", 0)
# Who may show the map and the cards of campuses in a frame, as origins: https://exemple.fr
EMBED_HOSTS: list[str] = env.list("CMQ_EMBED_HOSTS", [])
for _host in EMBED_HOSTS:
    if not re.fullmatch(r"https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?", _host):
        raise ValueError(
            "CMQ_EMBED_HOSTS est une liste d’origines, par exemple https://exemple.fr,https://*.exemple.fr."
        )
CSRF_FAILURE_VIEW = "cmq.web.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# Documents joined to files, and what examines them: ClamAV's daemon (« clamd:/run/clamav/clamd.ctl », or
# « clamd:host:3310 »), or a command that reads one on its input: 0 clean, 1 infected.
MAX_ATTACHMENT_BYTES = env.int("CMQ_MAX_ATTACHMENT_MB", 20) * 1024 * 1024
ANTIVIRUS: list[str] = shlex.split(env.str("CMQ_ANTIVIRUS", ""))

# Hosts of our own network that may be asked by HTTP though they are not public; what the settings name needs no place.
PRIVATE_HOSTS: list[str] = env.list("CMQ_PRIVATE_HOSTS", [])
# The way out, where machines have no other: a proxy that resolves names and refuses the inside itself.
OUTGOING_PROXY = env.str("CMQ_OUTGOING_PROXY", "")

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
USE_I18N = True
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [VAR_DIR / "assets"]
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = DEBUG
DSFR_USE_INTEGRITY_CHECKSUMS = False
MEDIA_ROOT = VAR_DIR / "media"
# Files in an object store (S3) instead of that folder: every node reads the same, none keeps any.
if _bucket := env.str("CMQ_S3_BUCKET", ""):
    STORAGES["default"] = {
        "BACKEND": "cmq.core.object_store.ObjectStorage",
        "OPTIONS": {
            "bucket": _bucket,
            "endpoint": env.str("CMQ_S3_ENDPOINT"),
            "region": env.str("CMQ_S3_REGION", "us-east-1"),
            "key_id": env.str("CMQ_S3_KEY_ID"),
            "secret": env.str("CMQ_S3_SECRET"),
            "seconds": env.float("CMQ_S3_SECONDS", 10.0),
        },
    }
# The search index: this machine's own copy, made from the database and made again at any time.
SEARCH_DIR = VAR_DIR / "recherche"
# Whether the web server keeps it up to date; no where `cmq recherche suivre` runs under a supervisor.
SEARCH_FOLLOWS = env.bool("CMQ_SEARCH_FOLLOWS", True)

# Mail: kept in the outbox only until a server is named, e.g. smtp://user:password@host:587/?tls=true
_mail = env.dj_email_url("CMQ_MAIL_URL", "dummy:")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"] or "localhost"
EMAIL_PORT = _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 20
# The letter: how many leave in a minute (0: as many as the server takes), where returns come, who may report them.
LETTER_PER_MINUTE = env.int("CMQ_LETTER_PER_MINUTE", 600)
LETTER_RETURN_ADDRESS = env.str("CMQ_LETTER_RETURN_ADDRESS", "")
LETTER_WEBHOOK_SECRET = env.str("CMQ_LETTER_WEBHOOK_SECRET", "")
DEFAULT_FROM_EMAIL = env.str("CMQ_FROM_EMAIL", CONTACT_EMAIL)

# What is not done while a reader waits: kept in the database until a worker takes it (`cmq worker`). On one machine the
# web server's own thread is that worker.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
WORKS_INSIDE = env.bool("CMQ_WORKS_INSIDE", True)
# Official sources loaded every night; none unless named, for a trial site asks nobody for anything.
SCHEDULED_SOURCES: list[str] = env.list("CMQ_SCHEDULED_SOURCES", [])
BACKUP_DIR = env.str("CMQ_BACKUP_DIR", "")
BACKUP_KEEP = env.int("CMQ_BACKUP_KEEP", 30)
# Who hears of what was due and was not done.
OPERATIONS_EMAIL = env.str("CMQ_OPERATIONS_EMAIL", CONTACT_EMAIL)
# What outside monitors show to read `/metrics`; closed without it.
METRICS_TOKEN = env.str("CMQ_METRICS_TOKEN", "")
if METRICS_TOKEN:
    # Each process counts in files of its own there; whichever is asked answers for all of them.
    (VAR_DIR / "metriques").mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(VAR_DIR / "metriques"))

# Queries slower than this many milliseconds are logged, without their values; 0 for none.
SLOW_QUERY_MS = env.int("CMQ_SLOW_QUERY_MS", 0)

# Public age keys that backups are encrypted for; who holds the private ones can restore.
BACKUP_RECIPIENTS: list[str] = env.list("CMQ_BACKUP_RECIPIENTS", [])

# Private keys that sign credentials, as a JWK or a list of them.
SIGNING_KEYS = env.str("CMQ_SIGNING_KEYS", "")
# The journal's outside witness: a time-stamping authority (RFC 3161), and the certificates that its word is checked by.
TSA_URL = env.str("CMQ_TSA_URL", "")
TSA_ROOTS = env.str("CMQ_TSA_ROOTS", "")

# Offers: both sources are off until they have a key (`docs/settings.md`).
FRANCE_TRAVAIL_ID = env.str("CMQ_FRANCE_TRAVAIL_ID", "")
FRANCE_TRAVAIL_SECRET = env.str("CMQ_FRANCE_TRAVAIL_SECRET", "")
FRANCE_TRAVAIL_URL = env.str("CMQ_FRANCE_TRAVAIL_URL", "https://api.francetravail.io/partenaire/offresdemploi/v2")
FRANCE_TRAVAIL_TOKEN_URL = env.str(
    "CMQ_FRANCE_TRAVAIL_TOKEN_URL",
    "https://entreprise.francetravail.fr/connexion/oauth2/access_token?realm=%2Fpartenaire",
)
FRANCE_TRAVAIL_PER_SECOND = env.float("CMQ_FRANCE_TRAVAIL_PER_SECOND", 8.0)
BONNE_ALTERNANCE_KEY = env.str("CMQ_BONNE_ALTERNANCE_KEY", "")
BONNE_ALTERNANCE_URL = env.str("CMQ_BONNE_ALTERNANCE_URL", "https://api.apprentissage.beta.gouv.fr/api")

LOGGING = log_lines.setup(env.str("CMQ_LOG_FORMAT", "line"), env.str("CMQ_LOG_LEVEL", "WARNING"))
