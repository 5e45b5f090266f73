"""All settings, read top to bottom, from the environment: ``X``, or ``X_FILE`` naming a file that holds the value.

A wrong value stops the start and says which. ``docs/settings.md`` describes each; a test compares the two.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
import structlog
from django.core.exceptions import ImproperlyConfigured
from environs import EnvError, FileAwareEnv
from platformdirs import user_data_path

env = FileAwareEnv()

#: The names that are read below.
KNOWN: set[str] = set()


def _read(kind: str, name: str, default: object) -> Any:
    KNOWN.update({name, f"{name}_FILE"})
    try:
        return getattr(env, kind)(name, default)
    except (EnvError, ValueError) as error:
        raise ImproperlyConfigured(f"Setting {name}: {error}") from error


# --- Where things are kept -------------------------------------------------------------------------------------

PACKAGE = Path(__file__).parent.parent
DATA_DIR = Path(_read("str", "ZHIBU_DATA_DIR", "") or user_data_path("zhibu", appauthor=False)).expanduser()
DATABASE_URL: str = _read("str", "DATABASE_URL", "") or f"sqlite:///{DATA_DIR / 'zhibu.sqlite3'}"


def _secret_key() -> str:
    """The configured key, else one of the installation's own, made once and kept readable by its owner only."""
    given: str = _read("str", "ZHIBU_SECRET_KEY", "")
    if given:
        if len(given) < 32:  # noqa: PLR2004 - Django warns below 50, refuses nothing
            raise ImproperlyConfigured("Setting ZHIBU_SECRET_KEY: give at least 32 characters.")
        return given
    kept = DATA_DIR / "secret-key"
    try:
        with kept.open("x") as file:
            kept.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return kept.read_text()


try:
    DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    SECRET_KEY = _secret_key()
except OSError as error:
    raise ImproperlyConfigured(f"Setting ZHIBU_DATA_DIR: {DATA_DIR} can not be used: {error.strerror}.") from error

# --- The address at which people reach it ------------------------------------------------------------------------

URL: str = _read("str", "ZHIBU_URL", "http://localhost:8000").rstrip("/")
_address = urlsplit(URL)


def _host() -> str | None:
    """The host people type; ``None`` where the address is none, or goes on behind the host."""
    try:
        _port = _address.port
    except ValueError:
        return None
    return _address.hostname if _address.scheme in {"http", "https"} and not _address.path else None


HOST = _host()
if not HOST:
    raise ImproperlyConfigured(f"Setting ZHIBU_URL: {URL!r} is no address such as https://zhibu.example.cn")
HTTPS = _address.scheme == "https"
ALLOWED_HOSTS = sorted({HOST, "localhost", "127.0.0.1", "[::1]"})
CSRF_TRUSTED_ORIGINS = [URL]
BEHIND_PROXY: bool = _read("bool", "ZHIBU_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DEBUG: bool = _read("bool", "ZHIBU_DEBUG", default=False)

# --- Rooms ---------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Ours come first: of two translations of the same text Django takes the earlier one.
    "zhibu.apps.archive",
    "zhibu.apps.rules",
    "zhibu.apps.organizations",
    "zhibu.apps.search",
    "zhibu.apps.people",
    "zhibu.apps.notices",
    "zhibu.apps.windows",
    "zhibu.apps.guides",
    "zhibu.apps.feedback",
    "zhibu.apps.rosters",
    "zhibu.apps.ballots",
    "zhibu.apps.honors",
    "zhibu.apps.elections",
    "zhibu.apps.lists",
    "zhibu.apps.meetings",
    "zhibu.apps.learning",
    "zhibu.apps.forum",
    "zhibu.apps.account_content",
    "zhibu.apps.oversight",
    "zhibu.apps.showcases",
    "zhibu.apps.visits",
    "zhibu.apps.exhibitions",
    "zhibu.apps.planning",
    "zhibu.apps.imports",
    "zhibu.apps.reports",
    "zhibu.web.shell",
    "zhibu.web.member",
    "zhibu.web.secretary",
    "zhibu.web.supervision",
    "zhibu.web.windows",
    "zhibu.web.operator",
    "zhibu.web.feeds",
    "zhibu.web.official_account",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Early, so that refusals of those below carry these headers too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "zhibu.web.shell.middleware.what_answers_carry",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "zhibu.web.shell.middleware.htmx_goes_to_the_door",
    "zhibu.web.shell.middleware.who_is_asking",
    "zhibu.web.shell.middleware.AwayForAMoment",
]

ROOT_URLCONF = "zhibu.config.urls"
WSGI_APPLICATION = "zhibu.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # The shell's own folder comes first, so that its log-in pages stand before the library's.
        "DIRS": [PACKAGE / "web" / "shell" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhibu.web.shell.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "zhibu.web.shell.templatetags.words",
                "zhibu.web.shell.templatetags.components",
            ],
        },
    }
]

# --- Database ------------------------------------------------------------------------------------------------------

try:
    _database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL))
except (ValueError, KeyError, dj_database_url.ParseError) as error:
    raise ImproperlyConfigured(f"Setting DATABASE_URL: {error}") from error
match _database["ENGINE"]:
    case "django.db.backends.sqlite3":
        # An acknowledged row survives a power cut (FULL), and writers wait in line instead of meeting
        # "database is locked" in the middle of a transaction (IMMEDIATE).
        # Connections stay: closing the last one would checkpoint the journal after every request.
        _database["CONN_MAX_AGE"] = None
        _database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000;",
        }
    case "django.db.backends.postgresql":
        _database |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
        _database["OPTIONS"] = {"connect_timeout": 5} | _database.get("OPTIONS", {})
    case engine:
        raise ImproperlyConfigured(f"Setting DATABASE_URL: {engine} is neither SQLite nor PostgreSQL.")
DATABASES = {"default": _database}

# --- Who comes in --------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["zhibu.web.shell.backend.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["login", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "zhibu.web.shell.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_FORMS = {
    "login": "zhibu.web.shell.forms.LoginForm",
    "change_password": "zhibu.web.shell.forms.ChangePasswordForm",
    "reauthenticate": "zhibu.web.shell.forms.ConfirmByPasswordForm",
}
# Per address the limits are wide: a whole bureau comes from one behind its router. The narrow ones count failed
# tries per account, known or not.
ACCOUNT_RATE_LIMITS = {
    "login": "1500/m/ip",
    "login_failed": "60/m/ip,5/5m/key",
    "first_login": "120/m/ip,5/5m/key",
    "sign_in_digits": "10/5m/key",
}
MFA_FORMS = {
    "authenticate": "zhibu.web.shell.forms.SecondStepForm",
    "reauthenticate": "zhibu.web.shell.forms.ConfirmByCodeForm",
    "activate_totp": "zhibu.web.shell.forms.SetUpAppForm",
    "add_webauthn": "zhibu.web.shell.forms.AddPasskeyForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "1500/m/ip"}
MFA_ADAPTER = "zhibu.web.shell.adapter.SecondFactorAdapter"
MFA_TOTP_TOLERANCE = 1
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = False
# Counts tries, for minutes. The standard size of 300 entries could be emptied by trying 300 names.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "zhibu.web.shell.answers.page_too_old"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
if HTTPS:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

_SELF = ["'self'"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": _SELF,
        "style-src": _SELF,
        "img-src": [*_SELF, "data:"],
        "media-src": _SELF,
        "font-src": _SELF,
        "connect-src": _SELF,
        "worker-src": _SELF,
        "manifest-src": _SELF,
        "form-action": _SELF,
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Languages and time --------------------------------------------------------------------------------------------

USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
USE_TZ = True
TIME_ZONE: str = _read("str", "ZHIBU_TIME_ZONE", "Asia/Shanghai")
try:
    ZoneInfo(TIME_ZONE)
except (KeyError, ValueError, OSError) as error:
    raise ImproperlyConfigured(f"Setting ZHIBU_TIME_ZONE: {TIME_ZONE!r} is no zone such as Asia/Shanghai.") from error


def _demo() -> dict[str, str]:
    """What ``zhibu demo`` noted in this folder; nothing in a real installation."""
    try:
        noted: dict[str, str] = json.loads((DATA_DIR / "demo.json").read_text())
    except FileNotFoundError:
        return {}
    return noted


DEMO = _demo()
#: The date that a demo serves; ``None`` in a real installation, which lives today.
SERVED_DATE = dt.date.fromisoformat(DEMO["today"]) if DEMO else None
#: Under which name this installation's archive is known to others.
ARCHIVE_ORIGIN: str = "zhibu-demo" if DEMO else _read("str", "ZHIBU_ARCHIVE_ORIGIN", HOST)
if not ARCHIVE_ORIGIN.isprintable() or not ARCHIVE_ORIGIN or set(ARCHIVE_ORIGIN) & set(" +"):
    raise ImproperlyConfigured(f"Setting ZHIBU_ARCHIVE_ORIGIN: {ARCHIVE_ORIGIN!r} is not one word without “+”.")

# --- Files that browsers load --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(_read("str", "ZHIBU_STATIC_ROOT", "") or DATA_DIR / "static")
# What else is in that folder goes whenever the files are gathered anew.
if DATA_DIR.absolute().is_relative_to(STATIC_ROOT.absolute()) or STATIC_ROOT.is_file():
    raise ImproperlyConfigured(f"Setting ZHIBU_STATIC_ROOT: {STATIC_ROOT} is no folder for these files alone.")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 600
MEDIA_ROOT = DATA_DIR / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FORM_RENDERER = "zhibu.web.shell.forms.ShellFormRenderer"

# --- Mail ----------------------------------------------------------------------------------------------------------

#: Where mail is handed over; empty: none is sent, and notices stand on the pages only.
MAIL_URL: str = _read("str", "ZHIBU_MAIL_URL", "")
EMAIL_TIMEOUT = 10
_NO_MAIL_URL = "Setting ZHIBU_MAIL_URL: give an address such as smtp://mail.example.cn:25."
_mail = urlsplit(MAIL_URL)
try:
    _mail_port = _mail.port
except ValueError as error:
    raise ImproperlyConfigured(_NO_MAIL_URL) from error
match _mail.scheme:
    case "" if not MAIL_URL:
        EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    case "smtp" | "smtp+starttls" | "smtps" if _mail.hostname:
        EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail_port or {"smtp": 25, "smtps": 465}.get(_mail.scheme, 587)
        EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
        EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.scheme == "smtp+starttls", _mail.scheme == "smtps"
    case "file" if _mail.path:
        EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        EMAIL_FILE_PATH = _mail.path
    case _:
        raise ImproperlyConfigured(_NO_MAIL_URL)
DEFAULT_FROM_EMAIL: str = _read("str", "ZHIBU_MAIL_FROM", "") or f"zhibu@{HOST}"

# --- Official account ----------------------------------------------------------------------------------------------

#: ``none``: everything works without WeChat; ``public``: what everybody may read; ``full``: bound phones and notices.
WECHAT_PROFILE: str = _read("str", "ZHIBU_WECHAT_PROFILE", "none")
WECHAT_KIND: str = _read("str", "ZHIBU_WECHAT_KIND", "service")
WECHAT_APP_ID: str = _read("str", "ZHIBU_WECHAT_APP_ID", "")
WECHAT_SECRET: str = _read("str", "ZHIBU_WECHAT_SECRET", "")
WECHAT_TOKEN: str = _read("str", "ZHIBU_WECHAT_TOKEN", "")
WECHAT_AES_KEY: str = _read("str", "ZHIBU_WECHAT_AES_KEY", "")
WECHAT_TEMPLATE: str = _read("str", "ZHIBU_WECHAT_TEMPLATE", "")
WECHAT_API: str = _read("str", "ZHIBU_WECHAT_API", "https://api.weixin.qq.com")
WECHAT_AUTHORIZE: str = _read("str", "ZHIBU_WECHAT_AUTHORIZE", "https://open.weixin.qq.com/connect/oauth2/authorize")
#: Where the outer zone takes the platform's calls; empty where this server takes them itself.
WECHAT_RELAY: str = _read("str", "ZHIBU_WECHAT_RELAY", "")
WECHAT_RELAY_SECRET: str = _read("str", "ZHIBU_WECHAT_RELAY_SECRET", "")
#: The platform's own rules.
_AES_KEY_LENGTH, _TOKEN_LENGTHS = 43, range(3, 33)
#: Of the relay's: a shorter one can be guessed.
_SHORTEST_SECRET = 32


def _is_word(text: str) -> bool:
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def _is_address(text: str) -> bool:
    """Whether it can be called: http or https, a host, no name or password in it."""
    try:
        split = urlsplit(text)
        _port = split.port
    except ValueError:
        return False
    return split.scheme in {"http", "https"} and bool(split.hostname) and split.username is None


if WECHAT_PROFILE not in {"none", "public", "full"}:
    raise ImproperlyConfigured(f"Setting ZHIBU_WECHAT_PROFILE: {WECHAT_PROFILE!r} is none of none, public, full.")
if WECHAT_KIND not in {"service", "subscription"}:
    raise ImproperlyConfigured(f"Setting ZHIBU_WECHAT_KIND: {WECHAT_KIND!r} is neither service nor subscription.")
_is_key = WECHAT_AES_KEY.isascii() and WECHAT_AES_KEY.isalnum() and len(WECHAT_AES_KEY) == _AES_KEY_LENGTH
if WECHAT_AES_KEY and not _is_key:
    raise ImproperlyConfigured("Setting ZHIBU_WECHAT_AES_KEY: an EncodingAESKey has 43 letters and digits.")
for _name, _given in (("ZHIBU_WECHAT_API", WECHAT_API), ("ZHIBU_WECHAT_AUTHORIZE", WECHAT_AUTHORIZE)):
    if not _is_address(_given):
        raise ImproperlyConfigured(f"Setting {_name}: {_given!r} is no address such as https://api.weixin.qq.com")
if WECHAT_PROFILE != "none":
    if not _is_word(WECHAT_APP_ID):
        raise ImproperlyConfigured("Setting ZHIBU_WECHAT_APP_ID: give the AppID of the account.")
    if len(WECHAT_TOKEN) not in _TOKEN_LENGTHS or not WECHAT_TOKEN.isalnum():
        raise ImproperlyConfigured("Setting ZHIBU_WECHAT_TOKEN: a token has 3 to 32 letters and digits.")
    if WECHAT_KIND == "service" and not WECHAT_SECRET:
        raise ImproperlyConfigured("Setting ZHIBU_WECHAT_SECRET: a service account is called with its AppSecret.")
if WECHAT_RELAY and not _is_address(WECHAT_RELAY):
    raise ImproperlyConfigured(f"Setting ZHIBU_WECHAT_RELAY: {WECHAT_RELAY!r} is no address such as https://relay")
if WECHAT_RELAY and len(WECHAT_RELAY_SECRET) < _SHORTEST_SECRET:
    raise ImproperlyConfigured("Setting ZHIBU_WECHAT_RELAY_SECRET: give the relay's secret, 32 characters or more.")
if WECHAT_RELAY and WECHAT_KIND == "subscription":
    raise ImproperlyConfigured(
        "Setting ZHIBU_WECHAT_RELAY: a subscription account answers in the call itself; behind a relay it can not."
    )
#: Whether people are told by the account: where phones are bound, from an account that may write first.
WECHAT_TELLS = WECHAT_PROFILE == "full" and WECHAT_KIND == "service" and bool(WECHAT_TEMPLATE)

# --- Logs ----------------------------------------------------------------------------------------------------------

LOG_LEVEL: str = _read("str", "ZHIBU_LOG_LEVEL", "WARNING").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured(f"Setting ZHIBU_LOG_LEVEL: {LOG_LEVEL} is no level; try WARNING.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
            # Tracebacks as plain text, without local variables: those are personal data.
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
