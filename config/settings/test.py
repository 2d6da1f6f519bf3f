"""Settings of the test suite: quick passwords, work done at commit, a database of its own."""

from config.settings.base import *
from config.settings.base import DATABASES, STATIC_ROOT, env

STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# The second reads passwords of a demonstration that was loaded with its own settings.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
PLUMBLINE_INLINE_WORK = False
PLUMBLINE_WORK_AT_COMMIT = True
PLUMBLINE_MAIL = False  # the tests that send letters switch it on
PORTAL_URL = "https://plumbline.example.org"
ORGANISATION_NAME = "Test organisation"
REPORTING_ZONE = "Europe/Berlin"
CELERY_BROKER_URL = "memory://"
if "postgresql" in DATABASES["default"]["ENGINE"]:
    # What a test commits need not outlive a power cut.
    DATABASES["default"]["OPTIONS"] = {"options": "-c synchronous_commit=off"}
    # Parts that speak to one server at once have a database each.
    part = env("PLUMBLINE_TEST_PART", default="") or "chosen"
    DATABASES["default"]["TEST"] = {"NAME": f"test_{DATABASES['default']['NAME']}_{part}"}
