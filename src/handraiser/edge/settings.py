"""Django's settings, all of them from the environment."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from handraiser.edge.settings_read import database, names_below, sign_in_elsewhere, signing_key

__all__: list[str] = []

FOLDER = Path(os.environ.get("HANDRAISER_FOLDER", "handraiser-data"))
DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{FOLDER / 'handraiser.db'}")}
INSTALLED_APPS = [
    # First, for its templates: allauth's pages are drawn by our elements.
    "handraiser.edge.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # a tag of allauth's pages is in it
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "handraiser.store",
]
ROOT_URLCONF = "handraiser.edge.web.urls"
HANDRAISER_SECRET = os.environ.get("HANDRAISER_SECRET", "")  # `flows.sealing`
HANDRAISER_ALLOW_PRIVATE = os.environ.get("HANDRAISER_ALLOW_PRIVATE", "")  # `connectors.addresses`
HANDRAISER_MAIL_URL = os.environ.get("HANDRAISER_MAIL_URL", "")  # `connectors.mailbox`
HANDRAISER_MAIL_FROM = os.environ.get("HANDRAISER_MAIL_FROM", "handraiser@localhost")
HANDRAISER_KEEP_DELIVERED_DAYS = os.environ.get("HANDRAISER_KEEP_DELIVERED_DAYS", "30")  # `flows.purging`
HANDRAISER_CONSENT_CATEGORIES = os.environ.get("HANDRAISER_CONSENT_CATEGORIES", "")  # `flows.agreed`

# ---- the web app: where it is, and who may come in

HANDRAISER_URL = os.environ.get("HANDRAISER_URL", "").rstrip("/")  # as people's browsers see it
_HOST = urlsplit(HANDRAISER_URL).hostname
_SECURE = HANDRAISER_URL.startswith("https://")
SECRET_KEY = signing_key(HANDRAISER_SECRET, DATABASES["default"])
ALLOWED_HOSTS = [_HOST] if _HOST else ["*"]
CSRF_TRUSTED_ORIGINS = [HANDRAISER_URL] if HANDRAISER_URL else []
# Whoever looks whether it is well, and programs inside, may come without TLS; people may not.
SECURE_SSL_REDIRECT, SECURE_REDIRECT_EXEMPT = _SECURE, [r"^health$", r"^api/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
# Below a name of our own nobody else is; below a company's there are its other sites.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _SECURE and names_below(_HOST)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "handraiser_session", "handraiser_csrf"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "handraiser.edge.web.frame.failing.forged"
X_FRAME_OPTIONS = "DENY"
MIDDLEWARE = [
    "handraiser.edge.web.safety.plain",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "handraiser.edge.web.frame.access.only_who_may",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "handraiser.edge.web.frame.context.around",
                "handraiser.edge.web.signing.demo.shown",
            ],
            "builtins": ["django.templatetags.static", "handraiser.edge.web.templatetags.frame"],
        },
    }
]
AUTH_USER_MODEL = "store.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL, LOGIN_REDIRECT_URL = "account_login", "home"
ACCOUNT_ADAPTER = "handraiser.edge.web.signing.adapters.Accounts"
SOCIALACCOUNT_ADAPTER = "handraiser.edge.web.signing.adapters.Providers"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is one that an administrator invited
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "handraiser"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _SECURE  # browsers themselves allow it on this machine only
MFA_ADAPTER = "handraiser.edge.web.signing.adapters.SecondFactors"
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key"}  # of codes; wrong passwords are counted by axes
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "store_tried",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
_ELSEWHERE = sign_in_elsewhere(os.environ)
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [_ELSEWHERE] if _ELSEWHERE else []}}
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "handraiser.edge.web.signing.adapters.address_tried"
AXES_LOCKOUT_TEMPLATE = "signing/locked_out.html"
AXES_VERBOSE = False
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("HANDRAISER_STATIC") or FOLDER / "static")
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}

USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = None  # `edge.web.receiving` has bounds of its own
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Django notes every 404, and as an error every host that is not ours: strangers would fill the log.
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security.DisallowedHost": {"level": "CRITICAL", "propagate": False},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
