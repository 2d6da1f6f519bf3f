"""Real workers on a real PostgreSQL and a real Redis: two processes and a beat, lost messages, a kill -9."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import Client, override_settings

from apps.core import clock
from apps.core.work import nudge
from apps.delivery.operations import CHANNEL
from apps.measurements.models import ClosedPeriod, MetricValue, RecomputeRequest
from apps.measurements.operations import rebuild
from apps.measurements.tasks import HOLD
from apps.metrics.domain.starter import DEPLOYMENT_FREQUENCY
from config.celery_app import app
from tests.agreeing import adopt_kit, starter_item
from tests.demo_database import speaking_to
from tests.measuring import all_cells, deployment, publish
from tests.personas import Organisation, make_organisation

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0  # other tests keep the machine busy meanwhile
EVENTS, SENDERS, PER_CALL = 1_000, 10, 20
ADDRESS = "/api/v1/facts/batch/"
QUIET = {"PLUMBLINE_WORK_AT_COMMIT": False, "PLUMBLINE_INLINE_WORK": False}
pytestmark = [pytest.mark.redis, pytest.mark.postgres]


def connected(database: str, **options: Any) -> psycopg.Connection:
    """A connection beside Django's to a database of its server; an empty password is none."""
    usual = django_settings.DATABASES["default"]
    places = {"host": usual["HOST"], "port": usual["PORT"], "user": usual["USER"], "password": usual["PASSWORD"]}
    return psycopg.connect(dbname=database, **{key: value for key, value in places.items() if value}, **options)


@pytest.fixture(scope="module")
def database(django_db_blocker: Any) -> Iterator[str]:
    """A migrated database of its own, as what workers read has to be committed."""
    usual = django_settings.DATABASES["default"]
    name = f"{usual['NAME']}_workers_{os.getpid()}"
    with connected(str(usual["NAME"]), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            with django_db_blocker.unblock(), speaking_to(name), override_settings(**QUIET):
                call_command("migrate", verbosity=0)
                yield name
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def organisation(database: str) -> Organisation:
    """Two teams, and deployments a week as the one thing measured; nothing waits."""
    made = make_organisation()
    first = DEPLOYMENT_FREQUENCY
    adopt_kit(starter_item(first, made.harbour), steward=made.people["gus"])
    # The first fact of a connection asks for every cell of its service; what the tests deliver asks for its own day.
    first_at = clock.now() - timedelta(days=400)
    publish("deployments", [deployment(made.checkout_api, "first", first_at)], channel=CHANNEL)
    rebuild()
    assert (nothing_waits(), counted(made)) == (True, 1)
    return made


@contextmanager
def worker(database: str, redis_url: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A Celery worker of two processes with a beat inside; killed with all its children at the end."""
    usual = django_settings.DATABASES["default"]
    url = f"postgres://{usual['USER']}:{usual['PASSWORD']}@{usual['HOST']}:{usual['PORT']}/{database}"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "DATABASE_URL": url, "REDIS_URL": redis_url}
    env |= {"PLUMBLINE_VAR": str(folder), "PYTHONPATH": str(ROOT)}
    args = ["-A", "tests.tasks.quick_beat", "worker", "--beat", "--schedule", str(folder / "beat")]
    args += ["--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", *args], cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield process
        finally:
            kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """kill -9 for the worker and its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


def eventually(is_so: Callable[[], bool], log: Path) -> None:
    """Wait until it is so; what stands in the tables and the worker's complaints explain why it is not."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, explanation(log)
        time.sleep(0.1)


def explanation(log: Path) -> str:
    """Duties that wait, stored weeks that count something, and what the worker complained of."""
    waiting = [
        (model.__name__, list(model.objects.filter(done_at=None).values()))
        for model in (RecomputeRequest, ClosedPeriod)
    ]
    weeks = list(MetricValue.objects.filter(grain="week", part="whole", n__gt=0).values("subject_kind", "end_on", "n"))
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    complaints = [line for line in lines if ": INFO/" not in line]
    return "\n".join([f"{waiting}", f"{weeks}", *complaints[-60:]])


def deliver(organisation: Organisation, key: str) -> None:
    """A deployment ten days ago; its requests to compute stand in the same commit."""
    at = clock.now() - timedelta(days=10)
    publish("deployments", [deployment(organisation.checkout_api, key, at)], channel=CHANNEL)


def counted(organisation: Organisation) -> int:
    """Deployments of the team in all its stored weeks."""
    values = MetricValue.objects.filter(
        subject_kind="team", subject_id=organisation.checkout.pk, grain="week", part="whole"
    )
    return sum(values.values_list("n", flat=True))


def processes_that_worked(log: Path) -> set[str]:
    """Names of the children that finished a task."""
    return set(re.findall(r"(ForkPoolWorker-\d+)] Task \S+ succeeded", log.read_text(encoding="utf-8")))


def nothing_waits() -> bool:
    """Whether every request is answered."""
    return not RecomputeRequest.objects.filter(done_at=None).exists()


def test_worker__computes_what_is_asked_for_in_two_processes(
    organisation: Organisation, database: str, redis_url: str, tmp_path: Path
) -> None:
    before, log = counted(organisation), tmp_path / "worker.log"
    with worker(database, redis_url, tmp_path):
        with override_settings(REDIS_URL=redis_url), sending_to(redis_url):
            deliver(organisation, "asked")
            nudge("measurements.recompute_cells")
        eventually(lambda: nothing_waits() and counted(organisation) == before + 1, log)
        eventually(lambda: len(processes_that_worked(log)) == 2, log)
    assert RecomputeRequest.objects.filter(last_error="").count() == RecomputeRequest.objects.count()


def test_worker__a_lost_message_loses_nothing(
    organisation: Organisation, database: str, redis_url: str, tmp_path: Path
) -> None:
    before = counted(organisation)
    deliver(organisation, "unheard")  # nothing is sent: the row alone says what must happen
    assert not nothing_waits()
    with worker(database, redis_url, tmp_path):
        eventually(lambda: nothing_waits() and counted(organisation) == before + 1, tmp_path / "worker.log")


def test_worker__killed_while_it_holds_a_claim_leaves_the_row_due(
    organisation: Organisation, database: str, redis_url: str, tmp_path: Path
) -> None:
    before, log = counted(organisation), tmp_path / "worker.log"
    deliver(organisation, "killed")
    asked = RecomputeRequest.objects.get(done_at=None)
    with holding_up(database, "measurements_metricvalue"), worker(database, redis_url, tmp_path) as process:
        eventually(lambda: RecomputeRequest.objects.get(pk=asked.pk).attempts == 1, log)
        kill(process)
    left = RecomputeRequest.objects.get(pk=asked.pk)
    assert (left.done_at, left.attempts, counted(organisation)) == (None, 1, before)
    assert timedelta(0) < left.due_at - clock.now() <= HOLD
    RecomputeRequest.objects.filter(pk=asked.pk).update(due_at=clock.now())  # the time of the claim passes
    with worker(database, redis_url, tmp_path):
        eventually(lambda: nothing_waits() and counted(organisation) == before + 1, log)
    assert RecomputeRequest.objects.get(pk=asked.pk).attempts == 2


def test_worker__killed_under_ten_senders_loses_nothing(
    organisation: Organisation, database: str, redis_url: str, tmp_path: Path
) -> None:
    """A thousand events sent twice over REST, shuffled, by ten at once while a worker dies: the cells are those of one
    ordered pass, and no reader misses one."""
    before, log, stop = counted(organisation), tmp_path / "worker.log", threading.Event()
    events = [event(organisation, n) for n in range(EVENTS)]
    with ThreadPoolExecutor(max_workers=SENDERS + 1) as pool:
        reader = pool.submit(in_thread, database, watch, organisation, stop)
        senders = [pool.submit(in_thread, database, send, organisation, events, seed) for seed in range(SENDERS)]
        try:
            with worker(database, redis_url, tmp_path) as process, holding_up(database, "measurements_metricvalue"):
                eventually(RecomputeRequest.objects.filter(attempts=1, done_at=None).exists, log)
                kill(process)
            outcomes = sum((sender.result() for sender in senders), Counter())
            assert outcomes == {"created": EVENTS, "unchanged": EVENTS}
            RecomputeRequest.objects.filter(done_at=None).update(due_at=clock.now())  # the time of the claims passes
            with worker(database, redis_url, tmp_path):
                eventually(lambda: nothing_waits() and counted(organisation) == before + EVENTS, log)
        finally:
            stop.set()
        looked, fewest = reader.result()
    assert looked > 1
    assert fewest == before
    stepwise = all_cells()
    rebuild()
    assert all_cells() == stepwise


def in_thread(database: str, do: Callable[..., Any], *given: Any) -> Any:
    """Do something in a thread with a connection of its own."""
    with speaking_to(database):
        return do(*given)


def event(organisation: Organisation, number: int) -> dict[str, Any]:
    """A deployment of the last weeks, as a tool sends it."""
    at = clock.now() - timedelta(days=10 + number % 40)
    service = organisation.checkout_api.slug
    return {"source": "deployments", "key": f"flood-{number}", "service": service, "finished_at": at.isoformat()}


def send(organisation: Organisation, events: list[dict[str, Any]], seed: int) -> Counter[str]:
    """A fifth of all events in an order of one's own: what ten send holds each event twice. Answers the outcomes."""
    client, found = Client(headers={"Authorization": f"Bearer {organisation.secrets['push']}"}), Counter[str]()
    mine = events[seed % (SENDERS // 2) :: SENDERS // 2]
    random.Random(seed).shuffle(mine)
    for start in range(0, len(mine), PER_CALL):
        body = {"facts": mine[start : start + PER_CALL]}
        answer = client.post(ADDRESS, json.dumps(body), content_type="application/json")
        assert answer.status_code == 200, answer.content
        found.update(row["outcome"] for row in answer.json()["results"])
    return found


def watch(organisation: Organisation, stop: threading.Event) -> tuple[int, int]:
    """How often was looked, and the fewest deployments that the stored weeks counted."""
    found = [counted(organisation)]
    while not stop.wait(0.05):
        found.append(counted(organisation))
    return len(found), min(found)


@contextmanager
def sending_to(redis_url: str) -> Iterator[None]:
    """Let this process send its messages to the same broker."""
    usual = app.conf.broker_url
    app.conf.broker_url = redis_url
    try:
        yield
    finally:
        app.conf.broker_url = usual


@contextmanager
def holding_up(database: str, table: str) -> Iterator[None]:
    """Whoever reads or writes the table waits until the block ends."""
    with connected(database) as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()
