"""Settings of the server that journeys speak to: the demonstration's, with the quick passwords of tests."""

from config.settings.demo import *  # noqa: F403
from config.settings.demo import PASSWORD_HASHERS as THOROUGH

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *THOROUGH]
# Letters go nowhere, but the pages of a new password are there to be looked at.
PLUMBLINE_MAIL = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
