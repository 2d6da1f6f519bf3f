"""ASGI entry point."""

import os

from django.core.asgi import get_asgi_application

from apps.core.serving import require_serving_role
from apps.core.work import start_inline_worker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = get_asgi_application()
require_serving_role()
# Without a broker this process works the duties itself, in one thread.
start_inline_worker()
