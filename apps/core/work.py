"""The nudge: after a commit, ask for a table of duties to be worked soon."""

import logging
import threading
import time
from collections.abc import Callable

from celery import shared_task as celery_task
from django.conf import settings
from django.db import close_old_connections, transaction

logger = logging.getLogger(__name__)

_duties: dict[str, Callable[[], object]] = {}
_woken = threading.Event()
_thread: list[threading.Thread] = []
_thread_lock = threading.Lock()


def duty(name: str) -> Callable[[Callable[[], int]], Callable[[], object]]:
    """Make a function the Celery task `name` and the in-process duty of the same name."""

    def register(function: Callable[[], int]) -> Callable[[], object]:
        task: Callable[[], object] = celery_task(name=name, ignore_result=True)(function)
        _duties[name] = task
        return task

    return register


def nudge(name: str) -> None:
    """After the running transaction commits, have `name` run: by Celery, by the web process's thread, or at once."""
    transaction.on_commit(lambda: _run_soon(name), robust=True)


def _run_soon(name: str) -> None:
    if settings.PLUMBLINE_WORK_AT_COMMIT:
        _duties[name]()
    elif settings.REDIS_URL and not settings.PLUMBLINE_INLINE_WORK:
        _duties[name].delay()  # type: ignore[attr-defined]
    else:
        _woken.set()


def run_now(name: str) -> object:
    """Work one table of duties at once, for callers that wait for its result; a failure is theirs to see."""
    return _duties[name]()


def run_all() -> None:
    """Work every table of duties once, in the order in which they were registered."""
    for name, function in list(_duties.items()):
        try:
            function()
        except Exception:
            logger.exception("duty table failed: %s", name)


def _loop() -> None:
    while True:
        _woken.wait(timeout=60)
        _woken.clear()
        close_old_connections()
        run_all()
        close_old_connections()
        time.sleep(0.2)


def start_inline_worker() -> None:
    """Start the one thread that works duties when no broker is configured; once per process."""
    with _thread_lock:
        if settings.PLUMBLINE_INLINE_WORK and not _thread:
            _woken.set()  # what became due while nothing ran is looked at first
            _thread.append(threading.Thread(target=_loop, name="plumbline-duties", daemon=True))
            _thread[0].start()
