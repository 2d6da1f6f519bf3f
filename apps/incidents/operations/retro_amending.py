"""An amendment: opened with a reason, written like a draft, published as the next snapshot or dropped."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.incidents.domain.retro_sections import ROWS
from apps.incidents.domain.retro_snapshots import read_text
from apps.incidents.domain.retro_words import RowKind
from apps.incidents.domain.retros import RetroAct
from apps.incidents.models import Retro
from apps.incidents.operations.retro_opening import require_step
from apps.incidents.operations.retro_saving import texts_of, write_again
from apps.incidents.operations.retro_waiving import require_reason
from apps.incidents.policies import learning as policies
from apps.incidents.queries import retros


@transaction.atomic
def begin_amendment(*, retro: Retro, reason: str, by: Principal) -> Retro:
    """Open a published retro to be written again; what is published stays until the amendment is."""
    policies.require_can_run_retro(by, retro)
    retro = retros.lock_retro(retro.pk)
    require_step(retro, RetroAct.BEGIN_AMENDMENT)
    require_reason(reason, "Say what the amendment corrects or adds.")
    retro.amend_reason = reason.strip()
    retro.save(update_fields=["amend_reason"])
    audit.record("retro.amendment_begun", subject=retro, by=by, data={"incident": f"I-{retro.incident_id}"})
    return retro


@transaction.atomic
def drop_amendment(*, retro: Retro, by: Principal) -> Retro:
    """Leave the retro as it is published; what was written stays among the revisions."""
    policies.require_can_run_retro(by, retro)
    retro = retros.lock_retro(retro.pk)
    require_step(retro, RetroAct.DROP_AMENDMENT)
    _write_back(retro, read_text(retros.get_snapshot(retro).text))
    retro.amend_reason = ""
    retro.save(update_fields=["amend_reason"])
    audit.record("retro.amendment_dropped", subject=retro, by=by, data={"incident": f"I-{retro.incident_id}"})
    return retro


def _write_back(retro: Retro, document: Mapping[str, Any]) -> None:
    """Every part as the newest snapshot says it, as a new revision where it differs."""
    now = clock.now()
    sections = {str(key): section for key, section in retros.list_sections(retro).items()}
    published = {section["key"]: section for section in document["sections"]}
    for key, said in published.items():
        write_again(retro, sections[key], {**texts_of(sections[key]), **said["texts"]}, is_removed=False, now=now)
    kept = {row["key"]: row for said in published.values() for rows in said["rows"].values() for row in rows}
    for row in retros.list_rows(retro):
        said = kept.get(row.key)
        names = {one.name for one in ROWS[RowKind(row.kind)]}
        texts = {**row.values, **{name: said[name] for name in names & set(said)}} if said else row.values
        write_again(retro, row, texts, is_removed=said is None, now=now)
