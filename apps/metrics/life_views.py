"""Pages on which a definition is deprecated, retired, renamed or moved, and on which somebody confirms it."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.calendar_words import day_words
from apps.governance import operations as governance
from apps.governance import queries as proposals
from apps.governance.domain.kinds import Op
from apps.governance.domain.revisions import read_text
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal, ProposalItem
from apps.metrics import operations, policies, queries
from apps.metrics.domain.lifecycle import Lifecycle
from apps.metrics.edit_pages import is_move
from apps.metrics.life_forms import PLACES, ConfirmForm, DeprecateForm, LifeForm, MoveForm, RetireForm
from apps.metrics.models import DefinitionVersion, MetricDefinition
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
from apps.teams.queries import list_teams

HEADINGS = {Op.DEPRECATE: "Deprecate {}", Op.RETIRE: "Retire {}", Op.CHANGE: "Rename or move {}"}
INTROS = {
    Op.DEPRECATE: "It stays in force until its last day, with a note on every page and in every answer that it leaves.",
    Op.RETIRE: "No period that ends after its date is computed. Its pages and its past stay.",
    Op.CHANGE: "The rule stays word for word, so no value changes; a next version says whose it is from then on.",
}


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def definition_deprecate(request: PageRequest, slug: str) -> HttpResponse:
    """Say on which day a definition leaves, why, and what replaces it."""
    return _propose(request, slug, Op.DEPRECATE)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def definition_retire(request: PageRequest, slug: str) -> HttpResponse:
    """Let a deprecated definition go, once nothing depends on it."""
    return _propose(request, slug, Op.RETIRE)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def definition_move(request: PageRequest, slug: str) -> HttpResponse:
    """Give a definition another owner, lens or short name."""
    return _propose(request, slug, Op.CHANGE)


def _propose(request: PageRequest, slug: str, op: Op) -> HttpResponse:
    require_known(request)
    definition = queries.get_definition(slug)
    policies.require_can_propose(request.principal, definition.owner_team)
    newest = queries.list_versions(definition)[0]
    form = _form(request, op, newest, initial=_begins_with(definition))
    context = {
        "heading": HEADINGS[op].format(newest.name),
        "crumbs": crumbs(HEADINGS[op].format("").strip(), _link(newest.name, slug)),
        "button": "Save the draft",
        "note": DRAFTED,
        "open_proposals": open_proposals(slug),
    }
    return _answer(request, form, newest, context, None)


def _begins_with(definition: MetricDefinition) -> dict[str, Any]:
    """What the forms begin with: what stands."""
    return {
        "owner_team": definition.owner_team.slug, "lens": definition.lens, "slug": definition.slug,
        "sunset_on": definition.sunset_on, "successor": definition.replaced_by.slug if definition.replaced_by else "",
    }  # fmt: skip


def _form(
    request: PageRequest, op: Op, newest: DefinitionVersion, *, initial: dict[str, Any], document: Any = None
) -> LifeForm:
    """The form of an act; a move carries the version along as it stands, or as its proposal says."""
    slug, data = newest.definition.slug, sent(request)
    if op is Op.DEPRECATE:
        names = [(key, name) for key, name in queries.names_by_slug(open_only=True).items() if key != slug]
        return DeprecateForm(data, slug=slug, names=sorted(names, key=lambda pair: pair[1]), initial=initial)
    if op is Op.RETIRE:
        return RetireForm(data, slug=slug, initial=initial)
    stands = {"name": newest.name, "spec": json.loads(newest.spec_text), "contract": newest.contract}
    teams = [(team.slug, team.name) for team in list_teams()]
    return MoveForm(data, slug=slug, document=document or stands, teams=teams, initial=initial)


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def life_edit(request: PageRequest, number: int) -> HttpResponse:
    """The next revision of a proposal that deprecates, retires, renames or moves one definition; others lead on."""
    require_known(request)
    proposal = proposals.get_proposal(request.principal, number)
    governance.judge_editing(proposal=proposal, by=request.principal)
    asked, item = read_text(proposals.get_revision(proposal).text), _item_of(proposal)
    if item is None:
        return redirect("governance:proposal-edit", number)
    newest = queries.list_versions(queries.get_named(item.key))[0]
    content = dict(asked.items[0].content)
    initial = {**_begins_with(newest.definition), **content, "reason": asked.reason, "on": asked.on}
    form = _form(request, Op(item.op), newest, initial=initial, document=content if item.op == Op.CHANGE else None)
    is_draft = proposal.state == ProposalState.DRAFT
    context = {
        "heading": f"{'Edit' if is_draft else 'Revise'} {proposal}",
        "crumbs": crumbs(str(proposal), {"label": item.name, "url": reverse("governance:proposal", args=[number])}),
        "button": "Save the draft" if is_draft else "Save this revision",
        "note": DRAFTED if is_draft else VOIDS,
        "sha256": request.POST.get("sha256", proposal.revision_sha256),
    }
    return _answer(request, form, newest, context, proposal)


def _item_of(proposal: Proposal) -> ProposalItem | None:
    """The one definition it is about; None where there is more, or where its rule is written instead."""
    items = list(proposal.items.all())
    one = items[0] if len(items) == 1 and items[0].kind == operations.DEFINITION else None
    return one if one is not None and (one.op in (Op.DEPRECATE, Op.RETIRE) or is_move(one)) else None


def _answer(
    request: PageRequest, form: LifeForm, newest: DefinitionVersion, context: dict[str, Any], proposal: Proposal | None
) -> HttpResponse:
    """Save what the form holds; refusals stand beside the fields and keep what was typed."""
    status = 200
    if form.is_bound and form.is_valid():
        try:
            return saved(request, form.asked(), proposal)
        except REFUSED as problem:
            status = refuse(form, problem, PLACES)
    elif form.is_bound:
        status = WRONG
    definition = newest.definition
    whole = {
        **context, "form": form, "has_errors": bool(form.errors), "intro": INTROS[form.op],
        "uses": queries.list_uses(definition), "waits": _waits(form.op, definition),
    }  # fmt: skip
    return render(request, "metrics/life.html", whole, status=status)


def _waits(op: Op, definition: MetricDefinition) -> str:
    """What has to be done before this can be agreed on; empty where nothing has."""
    if definition.retired_on is not None:
        return f"It is retired since {day_words(definition.retired_on)}; nothing more is agreed on it."
    if op is Op.RETIRE and definition.lifecycle == Lifecycle.ACTIVE:
        return "It is in force. Deprecate it first, so that people can plan for its last day."
    return ""


@access(Access.TEAM_MANAGE)
@require_http_methods(METHODS)
def definition_confirm(request: PageRequest, slug: str) -> HttpResponse:
    """The yearly look: whoever leads or shares the definition says that it stays, and why."""
    require_known(request)
    definition = queries.get_definition(slug)
    policies.require_can_confirm(request.principal, definition)
    newest = queries.list_versions(definition)[0]
    form, status = ConfirmForm(sent(request)), 200
    if form.is_bound and form.is_valid():
        try:
            operations.confirm_definition(
                definition=definition, text=form.cleaned_data["text"], by=request.principal
            )  # fmt: skip
        except REFUSED as problem:
            status = refuse(form, problem, {})
        else:
            messages.success(request, "Confirmed. Somebody is asked to look again in a year.")
            return redirect("portal:metric", slug)
    elif form.is_bound:
        status = WRONG
    context = {
        "heading": f"Confirm {newest.name}", "crumbs": crumbs("Confirm", _link(newest.name, slug)), "form": form,
        "has_errors": bool(form.errors), "contract": newest.contract, "slug": slug,
        "uses": queries.list_uses(definition),
    }  # fmt: skip
    return render(request, "metrics/confirm.html", context, status=status)


def _link(name: str, slug: str) -> dict[str, str]:
    return {"label": name, "url": reverse("portal:metric", args=[slug])}
