# Two stages: the first installs the hash-pinned wheels and collects static files, the second only runs them.
FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements/base.lock /tmp/base.lock
RUN pip install --no-deps --require-hashes --only-binary :all: -r /tmp/base.lock && pip check
WORKDIR /app
COPY . .
RUN python -m compileall -q apps config \
    && DJANGO_SETTINGS_MODULE=config.settings.production ALLOWED_HOSTS=build.invalid \
       SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
       python manage.py collectstatic --noinput -v 0

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin plumbline
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production
USER plumbline
EXPOSE 8000
# The host must be one the portal answers to, so the first of ALLOWED_HOSTS is asked for.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-c", "\
import http.client, os; \
portal = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); \
portal.request('GET', '/healthz', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0]}); \
raise SystemExit(portal.getresponse().status != 200)"]
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--timeout", "60", "--worker-tmp-dir", "/dev/shm"]
