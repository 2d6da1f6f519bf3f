"""Settings shared by every way of running Plumbline; values that differ come from the environment."""

from pathlib import Path

import environ

env = environ.FileAwareEnv()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.str("PLUMBLINE_VAR", default=str(BASE_DIR / "var")))

SECRET_KEY = env.str("SECRET_KEY", default="development-only-key-that-production-settings-refuse-to-use")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])

INSTALLED_APPS = [
    "apps.core",
    "apps.audit",
    "apps.accounts",
    "apps.notifications",
    "apps.teams",
    "apps.services",
    "apps.governance",
    "apps.delivery",
    "apps.incidents",
    "apps.objectives",
    "apps.annotations",
    "apps.metrics",
    "apps.integrations",
    "apps.measurements",
    "apps.scorecards",
    "apps.reviews",
    "apps.portal",
    "config.admin.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.core.csp.ContentSecurityPolicyMiddleware",
    "apps.core.private_answers.PrivateAnswersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.teams.middleware.PrincipalMiddleware",
    "apps.core.access.AccessMiddleware",
    "apps.core.problem_pages.ProblemPageMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.portal.frame.frame",
            ],
            "builtins": ["apps.core.templatetags.plumbline"],
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'plumbline.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at BEGIN: a later upgrade of a read lock would fail at once instead of waiting.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["apps.notifications.backends.ReaderBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
PASSWORD_RESET_TIMEOUT = 60 * 60
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "apps.core.problem_pages.expired_form_page"
# How many proxies of ours stand in front and append to X-Forwarded-For; 0 ignores that header.
TRUSTED_PROXY_HOPS = env.int("TRUSTED_PROXY_HOPS", default=0)

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "apps.core.finders.WheelFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.teams.authentication.PrincipalAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.core.access.AccessPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.core.strict_json.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "apps.core.schema.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["apps.core.filtering.StrictFilterBackend", "apps.core.filtering.OrderingBackend"],
    "DEFAULT_PAGINATION_CLASS": "apps.core.paging.NumberedPagination",
    "DEFAULT_THROTTLE_CLASSES": ["apps.core.throttling.TokenThrottle"],
    "EXCEPTION_HANDLER": "apps.core.api.problem_response",
    "DEFAULT_VERSIONING_CLASS": None,
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Plumbline REST API",
    "DESCRIPTION": "Push delivery facts, read agreed definitions, measurements, scorecards and target reviews.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_PERMISSIONS": ["apps.core.access.AccessPermission"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": True,
    "ENUM_NAME_OVERRIDES": {
        "AnnotationKindEnum": "apps.annotations.domain.AnnotationKind",
        "AskerKindEnum": ["person", "token"],
        "ProposalStateEnum": "apps.governance.domain.states.ProposalState",
        "ProposalOpEnum": "apps.governance.domain.kinds.Op",
        "ReviewStateEnum": ["generated", "in_discussion", "closed"],
        "DiffOpEnum": ["same", "del", "ins"],
        "IncidentKindEnum": "apps.incidents.domain.incident_words.IncidentKind",
        "IncidentStatusEnum": "apps.incidents.domain.incident_words.IncidentStatus",
        "MilestoneKindEnum": "apps.incidents.domain.incident_words.MilestoneKind",
        "DetectedByEnum": "apps.incidents.domain.incident_words.DetectedBy",
        "ServiceRoleEnum": "apps.incidents.domain.incident_words.ServiceRole",
        "LinkKindEnum": "apps.incidents.domain.incident_words.LinkKind",
        "StatementOriginEnum": "apps.incidents.domain.incident_words.StatementOrigin",
        "ActionKindEnum": "apps.incidents.domain.action_words.ActionKind",
        "ActionStateEnum": "apps.incidents.domain.action_words.ActionState",
        "ActionOriginEnum": "apps.incidents.domain.action_words.ActionOrigin",
        "EvidenceKindEnum": "apps.incidents.domain.action_words.EvidenceKind",
        "CauseStatusEnum": "apps.incidents.domain.action_words.CauseStatus",
        "RetroRowKindEnum": "apps.incidents.domain.retro_words.RowKind",
        "BudgetStateEnum": "apps.objectives.api.budget_serializers.STATES",
        "EvaluationCauseEnum": "apps.objectives.api.budget_serializers.CAUSES",
        "AlertKindEnum": "apps.objectives.api.budget_serializers.ALERT_KINDS",
        "TierEnum": "apps.objectives.api.budget_serializers.TIERS",
        "ExemptionCategoryEnum": "apps.objectives.api.budget_serializers.CATEGORIES",
        "GrainEnum": "apps.objectives.api.budget_serializers.CALENDARS",
    },
    "GET_MOCK_REQUEST": "apps.teams.authentication.schema_request",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.core.schema.add_problems",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # One line a day: the head of the audit chain, which the operator's log keeps out of the database's reach.
    "loggers": {"plumbline.audit_head": {"level": "INFO"}},
}

# Mail leaves by Django's own backends: smtp+tls://user:password@host:587 or another scheme of django-environ. Without
# it notices stand in the inbox alone. PORTAL_URL is where links in letters lead.
PLUMBLINE_MAIL = bool(env.str("EMAIL_URL", default=""))
_mail = env.email_url_config(env.str("EMAIL_URL", default="") or "dummymail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "localhost", _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"] or None
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="Plumbline <plumbline@localhost>")
PORTAL_URL = env.str("PORTAL_URL", default="http://127.0.0.1:8000").rstrip("/")
# Where the head of the audit chain goes once a day; empty: to every metrics steward.
AUDIT_HEAD_MAIL = env.str("AUDIT_HEAD_MAIL", default="")

# The calendar in which periods begin and end: one per organisation.
REPORTING_ZONE = env.str("REPORTING_ZONE", default="Europe/Berlin")
ORGANISATION_NAME = env.str("ORGANISATION_NAME", default="Plumbline organisation")
# A fixed business date: only the demo sets it, and every page then shows a banner.
PLUMBLINE_AS_OF = env.str("PLUMBLINE_AS_OF", default="")
# Hosts that requests may leave to, by exact name; empty: none leaves.
OUTBOUND_ALLOWED_HOSTS: list[str] = env.list("OUTBOUND_ALLOWED_HOSTS", default=[])
# Whether one of them may be this machine itself, where plain http is enough.
OUTBOUND_LOOPBACK = env.bool("OUTBOUND_LOOPBACK", default=False)
PLUMBLINE_DEMO = env.bool("PLUMBLINE_DEMO", default=False)
# Without a broker the due rows are worked by one thread of the web process.
PLUMBLINE_INLINE_WORK = env.bool("PLUMBLINE_INLINE_WORK", default=not REDIS_URL)
# In tests the nudge after a commit does the work at once instead of waking another process.
PLUMBLINE_WORK_AT_COMMIT = False
# Refuse to serve as a database role that owns what is written once; PostgreSQL only. Production turns it on.
PLUMBLINE_REQUIRE_SERVING_ROLE = False
