"""Settings of a real deployment: refuses unsafe values before anything is served."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *
from config.settings.base import (
    ALLOWED_HOSTS,
    DATABASES,
    PLUMBLINE_AS_OF,
    PLUMBLINE_MAIL,
    PORTAL_URL,
    REDIS_URL,
    SECRET_KEY,
    TRUSTED_PROXY_HOPS,
    env,
)

SECURE_HSTS_SECONDS = 31_536_000
SECURE_SSL_REDIRECT = True
# Behind a proxy alone: without one, whoever calls could claim to have come by https.
if TRUSTED_PROXY_HOPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-plumbline"
CSRF_COOKIE_SECURE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False
PLUMBLINE_REQUIRE_SERVING_ROLE = env.bool("PLUMBLINE_REQUIRE_SERVING_ROLE", default=True)


def _problems() -> list[str]:
    """Everything that makes these settings unsafe, each with its remedy."""
    found = []
    if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("development-only"):
        found.append("SECRET_KEY: set a random value of at least 50 characters.")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        found.append("ALLOWED_HOSTS: name the hosts this portal is reached under.")
    if PLUMBLINE_AS_OF:
        found.append("PLUMBLINE_AS_OF: a fixed business date belongs to the demo; unset it.")
    if "sqlite3" in DATABASES["default"]["ENGINE"] and REDIS_URL:
        found.append("DATABASE_URL: several processes need PostgreSQL; SQLite serves one process only.")
    if PLUMBLINE_MAIL and not PORTAL_URL.startswith("https://"):
        found.append("PORTAL_URL: name the https address of this portal, to which links in letters lead.")
    return found


if _problems():
    raise ImproperlyConfigured("Plumbline does not start:\n- " + "\n- ".join(_problems()))
