"""Settings for working on Plumbline and for management commands outside a deployment."""

from config.settings.base import *
from config.settings.base import STATIC_ROOT

STATIC_ROOT.mkdir(parents=True, exist_ok=True)
