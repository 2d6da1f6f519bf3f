"""Settings of the demonstration: loopback only, a fixed business date and a banner."""

from config.settings.base import *
from config.settings.base import DATABASES, STATIC_ROOT, VAR_DIR, env

STATIC_ROOT.mkdir(parents=True, exist_ok=True)
PLUMBLINE_DEMO = True
PLUMBLINE_MAIL = False  # its people are invented: notices stand in their inboxes alone
PLUMBLINE_AS_OF = env.str("PLUMBLINE_AS_OF", default="2026-08-24T12:00:00+02:00")
ORGANISATION_NAME = "Open Source Organisation"
if "DATABASE_URL" not in env.ENVIRON:
    DATABASES["default"]["NAME"] = str(VAR_DIR / "demo.sqlite3")
