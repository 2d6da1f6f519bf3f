"""The page of one item of a weekly review: go on, adjust, investigate, put off, or say what came of a decision."""

from operator import itemgetter
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.access import Access, access
from apps.core.asking import PageRequest, require_known
from apps.core.form_problems import add_problem
from apps.core.problems import Absent, Conflict, Invalid, Outdated
from apps.incidents.domain.action_words import ActionState
from apps.incidents.queries import follow_up
from apps.metrics import queries as metrics
from apps.reviews import operations, policies, queries
from apps.reviews.domain.answers import Outcome, Verb
from apps.reviews.domain.documents import decision_number
from apps.reviews.domain.weekly import WeeklyState
from apps.reviews.forms.weekly import NEW, PLACES, AdjustForm, ContinueForm, DeferForm, InvestigateForm, OutcomeForm
from apps.reviews.models import Review
from apps.reviews.presenting_answering import offered_text, present_answering
from apps.reviews.presenting_items import DEFER, OUTCOME, verbs_of
from apps.reviews.queries.weekly import Agenda, ShownItem

WRONG, OUTDATED = 422, 412
LONGEST_LABEL = 90
NOT_OFFERED = "This item is not answered that way now. Read the agenda again: it says what waits, and how."


@access(Access.SIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def weekly_item(request: PageRequest, pk: int, item: int) -> HttpResponse:
    """What is seen of one item, and the form of what is decided about it."""
    require_known(request, "verb", "offer")
    review = queries.get_weekly(pk, by=request.principal)
    agenda = queries.agenda_of(review, by=request.principal)
    shown = _find(agenda, item)
    policies.require_can_answer(request.principal, review)
    verb = _verb(request, shown)
    if request.method != "POST" and (verb == "" or review.state != WeeklyState.OPEN):
        return _back(review, shown)
    form = _form(request, review, shown, verb)
    if form.is_bound and form.is_valid():
        return _answered(request, review, shown, verb, form)
    return _page(request, review, shown, verb, form, WRONG if form.errors else 200)


def _find(agenda: Agenda, pk: int) -> ShownItem:
    for block in agenda.blocks:
        for item in (*block.items, *block.counted):
            if item.pk == pk:
                return item
    raise Absent("not_found", "Nothing is here for you.")


def _verb(request: PageRequest, item: ShownItem) -> str:
    """What is to be decided: what was asked for if the item offers it, else what stands, else the first.

    What is sent is taken by its own word, or not at all.
    """
    asked = request.POST.get("verb") or request.GET.get("verb", "")
    offered = verbs_of(item)
    if request.method == "POST" and asked and asked not in offered:
        raise Conflict("state_forbids", NOT_OFFERED)
    stands = str(item.answer.get("verb", "")) if item.answer else ""
    return next((verb for verb in (asked, stands, *offered) if verb in offered), "")


def _form(request: PageRequest, review: Review, item: ShownItem, verb: str) -> forms.Form:
    sent = request.POST if request.method == "POST" else None
    if verb == OUTCOME:
        return OutcomeForm(sent)
    initial: dict[str, Any] = {"revision": item.revision, "verb": verb, **_said(item)}
    if verb == DEFER:
        return DeferForm(sent, initial=initial, needs_reason=item.deferrals_used > 0)
    if verb == Verb.ADJUST:
        initial |= {"text": text} if (text := offered_text(request.GET.get("offer", ""))) else {}
        initial["action"] = str(item.evidence_data.get("action", NEW)).removeprefix("A-")
        actions = _open_actions(review, request.principal)
        return AdjustForm(sent, initial=initial, actions=actions, definitions=_definitions())
    return InvestigateForm(sent, initial=initial) if verb == Verb.INVESTIGATE else ContinueForm(sent, initial=initial)


def _open_actions(review: Review, by: Principal) -> list[tuple[str, str]]:
    """Actions of the team that are not done, by due day."""
    rows = follow_up.list_unfinished(review.team_id, clock.as_of(), by=by).filter(state=ActionState.OPEN)
    return [(str(row.pk), f"{row}: {row.text}"[:LONGEST_LABEL]) for row in rows.order_by("due_on", "pk")]


def _definitions() -> list[tuple[str, str]]:
    """Definitions in force, by name."""
    return sorted(metrics.names_by_slug(open_only=True).items(), key=itemgetter(1))


def _said(item: ShownItem) -> dict[str, Any]:
    """What was answered before, to go on from."""
    said = item.answer or {}
    return {name: said[name] for name in ("text", "question", "follow_up_on") if said.get(name)}


def _answered(request: PageRequest, review: Review, item: ShownItem, verb: str, form: Any) -> HttpResponse:
    """Write it down; what is refused returns to the form, and so does what somebody else answered meanwhile."""
    try:
        _write(request, item, verb, form)
    except Invalid as problem:
        add_problem(form, problem, PLACES)
        return _page(request, review, item, verb, form, WRONG)
    except Outdated:
        return _page(request, review, _again(request, review, item), verb, form, OUTDATED)
    return _back(review, item)


def _write(request: PageRequest, item: ShownItem, verb: str, form: Any) -> None:
    by = request.principal
    if verb == OUTCOME:
        decision = queries.get_decision(decision_number(item.subject), by=by)
        outcome, sentence = Outcome(form.cleaned_data["outcome"]), form.cleaned_data["sentence"]
        operations.confirm_outcome(decision=decision, outcome=outcome, sentence=sentence, by=by)
        return
    row, asked = queries.get_item(item.pk or 0, by=by), form.asked()
    if verb == DEFER:
        operations.defer_item(item=row, by=by, **asked)
        return
    if verb == Verb.ADJUST and (chosen := form.action_id()):
        asked["action"] = follow_up.get_action(chosen, by=by)
    operations.answer_item(item=row, by=by, **asked)


def _again(request: PageRequest, review: Review, item: ShownItem) -> ShownItem:
    """The item as somebody else left it."""
    return _find(queries.agenda_of(review, by=request.principal), item.pk or 0)


def _back(review: Review, item: ShownItem) -> HttpResponseRedirect:
    return redirect(f"{reverse('reviews:weekly', args=[review.pk])}#item-{item.rank}")


def _page(
    request: PageRequest, review: Review, item: ShownItem, verb: str, form: forms.Form, status: int
) -> HttpResponse:
    if status == OUTDATED:
        form.data = {**form.data.dict(), "revision": str(item.revision)}  # type: ignore[attr-defined]
    context = {
        **present_answering(review, item, verb, is_outdated=status == OUTDATED),
        "form": form,
        "has_errors": bool(form.errors),
    }
    return render(request, "reviews/weekly_item.html", context, status=status)
