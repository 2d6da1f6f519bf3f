"""The steps that run in processes of their own, by name."""

from collections.abc import Callable

from apps.portal.bench.auditing import append, verify
from apps.portal.bench.baselines import read_facts, write_cells
from apps.portal.bench.budgets import budgets, promise, promised_pages, push
from apps.portal.bench.incidents import happen, incidents
from apps.portal.bench.ingesting import ingest
from apps.portal.bench.lateness import late
from apps.portal.bench.organisation import load
from apps.portal.bench.paging import pages
from apps.portal.bench.previewing import preview
from apps.portal.bench.rebuilding import rebuild
from apps.portal.bench.scratch import Figures

STEPS: dict[str, Callable[[Figures], Figures]] = {
    "load": load,
    "read-facts": lambda _: read_facts(),
    "rebuild": rebuild,
    "write-cells": lambda _: write_cells(),
    "late": lambda _: late(),
    "ingest": lambda _: ingest(),
    "pages": lambda _: pages(),
    "preview": lambda _: preview(),
    "append": lambda _: append(),
    "verify": lambda _: verify(),
    "happen": happen,
    "incidents": lambda _: incidents(),
    "promise": promise,
    "budgets": budgets,
    "promised-pages": promised_pages,
    "push": push,
}
