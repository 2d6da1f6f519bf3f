"""Pages on which a change of a definition is proposed in words."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.problems import Absent
from apps.governance import operations as governance
from apps.governance import queries as proposals
from apps.governance.domain.diffs import diff_words
from apps.governance.domain.frame import initial_of
from apps.governance.domain.kinds import Change, Op
from apps.governance.domain.revisions import read_text
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.metrics import operations, policies, queries
from apps.metrics.edit_pages import identity_of, is_move
from apps.metrics.models import DefinitionVersion
from apps.metrics.proposing import (
    DRAFTED,
    METHODS,
    REFUSED,
    VOIDS,
    WRONG,
    crumbs,
    open_proposals,
    refuse,
    saved,
    sent,
)
from apps.metrics.wording_form import PLACES, WordingForm


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def wording_create(request: PageRequest) -> HttpResponse:
    """A next version in words, begun from the newest one; without a key a new definition is written."""
    require_known(request, "key")
    slug = request.GET.get("key", "")
    if not slug:
        return redirect("metrics:definition-create")
    definition = queries.get_named(slug)
    slug = definition.slug
    policies.require_can_propose(request.principal, definition.owner_team)
    newest = queries.list_versions(definition)[0]
    form = WordingForm(sent(request), content=content_of(newest))
    context = {
        "heading": f"Propose a change of {newest.name}",
        "crumbs": crumbs("Propose a change", {"label": newest.name, "url": reverse("portal:metric", args=[slug])}),
        "intro": f"Change what should change; all else stays as in version {newest.number}. {DRAFTED}",
        "button": "Save the draft",
        "open_proposals": open_proposals(slug),
    }
    return _answer(request, form, lambda: form.asked(Op.CHANGE, slug), context, None)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def wording_edit(request: PageRequest, number: int) -> HttpResponse:
    """The next revision of a proposal about one definition, in words."""
    require_known(request)
    proposal = proposals.get_proposal(request.principal, number)
    governance.judge_editing(proposal=proposal, by=request.principal)
    asked = read_text(proposals.get_revision(proposal).text)
    item = _item_of(proposal)
    if is_move(item):
        return redirect("metrics:life-edit", number)
    document = item.shown["after"]["document"]
    kept = set(document) - (set() if item.op == Op.CREATE else set(identity_of(document)))
    form = WordingForm(sent(request), content={key: document[key] for key in kept}, initial=initial_of(asked))
    is_draft = proposal.state == ProposalState.DRAFT
    context = {
        "heading": f"{'Edit' if is_draft else 'Revise'} {proposal}",
        "crumbs": crumbs(str(proposal), {"label": item.name, "url": reverse("governance:proposal", args=[number])}),
        "intro": DRAFTED if is_draft else VOIDS,
        "button": "Save the draft" if is_draft else "Save this revision",
        "sha256": request.POST.get("sha256", proposal.revision_sha256),
    }
    began = asked.from_beginning
    key = item.key if item.op == Op.CREATE else queries.get_named(item.key).slug
    return _answer(request, form, lambda: form.asked(Op(item.op), key, from_beginning=began), context, proposal)


def _item_of(proposal: Proposal) -> Any:
    """The one definition it is about; raises `Absent` where there is more, or none that is written in words."""
    items = list(proposal.items.all())
    is_one = len(items) == 1 and items[0].kind == operations.DEFINITION
    if not is_one or items[0].op not in (Op.CREATE, Op.CHANGE) or not items[0].shown.get("after"):
        raise Absent("not_found", "Nothing is here for you.")
    return items[0]


def content_of(version: DefinitionVersion) -> dict[str, Any]:
    """A version as the content of a proposal's item."""
    return {"name": version.name, "spec": json.loads(version.spec_text), "contract": version.contract}


def _answer(
    request: PageRequest, form: WordingForm, asked: Any, context: dict[str, Any], proposal: Proposal | None
) -> HttpResponse:
    """Save, or only check, what the form holds; refusals stand beside the fields and keep what was typed."""
    status, checked = 200, None
    if form.is_bound and form.is_valid():
        try:
            if request.POST.get("act") == "save":
                return saved(request, asked(), proposal)
            checked = _checked(governance.check_asked(asked=asked(), by=request.principal)[0])
        except REFUSED as problem:
            status = refuse(form, problem, PLACES)
    elif form.is_bound:
        status = WRONG
    whole = {**context, "form": form, "groups": groups_of(form), "checked": checked, "has_errors": bool(form.errors)}
    return render(request, "metrics/wording.html", whole, status=status)


def _checked(change: Change) -> dict[str, Any]:
    """What the check says: the sentence with what goes and comes, and whether values can move."""
    before = change.before.sentence if change.before else ""
    after = change.after.sentence if change.after else ""
    moves = "It changes what is computed." if change.change_class == "meaning" else "It changes words only."
    return {"sentence": after, "parts": diff_words(before, after) if before else [], "note": moves}


def groups_of(form: WordingForm) -> dict[str, Any]:
    """The fields in the groups of the page; conditions as rows."""
    return {
        "clocks": [form[name] for name in ("from", "to", "clock") if name in form.fields],
        "counted": _rows(form, "count"),
        "left_out": _rows(form, "leave"),
        "judging": [form[name] for name in ("grains", "min_n", "settle_days", "direction", "unit")],
        "contract": [form[name] for name in form.fields if name in form.contract_names],
        "frame": [form[name] for name in ("reason", "category")],
        "dates": [form[name] for name in ("on", "at_once_reason", "restate_from")],
    }


def _rows(form: WordingForm, stem: str) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "fields": [
                form[f"{stem}_{number}_{part}"] for part in ("path", "op", "value", "reason")
                if f"{stem}_{number}_{part}" in form.fields
            ],
        }
        for number in form.numbers(stem)
    ]  # fmt: skip
