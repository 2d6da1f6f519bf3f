"""A small database for journeys that need no history: the demonstration's people and one incident that hurt.

Run as a program, it fills the database of the environment: `python -m tests.e2e.small_shop`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
AT = datetime(2026, 8, 20, 9, tzinfo=UTC)


class Shop:
    """The portal over a database of its own, at one address; it can be killed in the middle and started again.

    `filled_by` is the program that fills the database.
    """

    def __init__(self, folder: Path, filled_by: str = "tests.e2e.small_shop") -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run([sys.executable, "-m", filled_by], cwd=ROOT, env=self._environment(), check=True)

    def _environment(self) -> dict[str, str]:
        own = {
            "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
            "DATABASE_URL": f"sqlite:///{self._folder / 'shop.sqlite3'}",
            "PLUMBLINE_VAR": str(self._folder),
        }
        return {name: value for name, value in os.environ.items() if name != "REDIS_URL"} | own

    def start(self) -> None:
        """Serve until killed; returns once it answers."""
        options = ["--bind", f"127.0.0.1:{self._port}", "--worker-class", "gthread", "--workers", "1", "--threads", "4"]
        command = [sys.executable, "-m", "gunicorn", *options, "--log-level", "warning", "config.wsgi:application"]
        with (self._folder / "server.log").open("a") as log:
            # A session of its own, so that the worker dies with the one who started it.
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if time.monotonic() > until or self._process.poll() is not None:
                raise RuntimeError(f"The server does not answer:\n{(self._folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End it at once, as `kill -9` does, whatever it was doing."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=PATIENCE_SECONDS)
            self._process = None

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def fill() -> None:
    """Tables, people, and five incidents of Commerce that ask for a retro; that of the last is published."""
    import django

    django.setup()
    from django.core.management import call_command

    from apps.accounts.domain import SYSTEM, TeamRole
    from apps.core import clock
    from apps.incidents.domain.incident_words import MilestoneKind, ServiceRole
    from apps.incidents.domain.statements import Moment
    from apps.incidents.models import Incident
    from apps.incidents.operations.reporting import Touched, report_incident
    from apps.portal.demo import cast
    from tests.learning import fill as learned
    from tests.learning import publish, retro_of

    call_command("migrate", verbosity=0)
    players = cast.Cast()
    with clock.playing(datetime(2023, 1, 2, 9, tzinfo=UTC)):
        cast.found_organisation(players)
    kinds = ("impact_started", "detected", "acknowledged", "mitigated", "resolved")
    for hour in range(5):
        times = [Moment(MilestoneKind(kind), AT.replace(hour=9 + hour, minute=5 * n)) for n, kind in enumerate(kinds)]
        with clock.playing(AT.replace(hour=20)):
            report_incident(
                title=f"Payments were refused ({hour + 1})", milestones=times, severity=2, by=SYSTEM,
                services=[Touched("saleor", ServiceRole.ORIGIN)],
            )  # fmt: skip
    with clock.playing(AT.replace(hour=21)):
        lead, retro = players.holder("commerce", TeamRole.TECH_LEAD), retro_of(Incident.objects.latest("pk"))
        publish(learned(retro, lead, team="commerce"), lead)


if __name__ == "__main__":
    fill()
