"""The lists of governance: what needs me, all proposals, all that came into force, and the plain form."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.domain import TeamRole
from apps.core import clock
from apps.governance import operations, queries
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.questions import Question
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.upstairs import Standing, upstairs
from apps.governance.models import Proposal
from apps.governance.tasks import move_proposals, run_previews
from apps.teams import operations as teams
from tests.governed import MONDAY, PLAIN, REASON, RULE, Path, Rules, lead_of_other_team
from tests.personas import Organisation
from tests.web.governance.test_proposal_page import team
from tests.web.portal.pages import links_of, main_of, words_of

As = Callable[..., Client]


def test_needs_me__names_the_one_next_act_of_each(path: Path, client_as: As) -> None:
    path.submitted()
    path.drafted(computing="d")
    seen = {name: words_of(client_as(name).get("/governance/")) for name in ("ana", "cy", "gus", "bo", "eli")}
    assert "Approve as EM, or ask for changes." in seen["cy"]
    assert "Approve as metrics steward, or ask for changes." in seen["gus"]
    assert "P-2 lead-time: from merge. You drafted it: submit or withdraw it." in seen["ana"]
    assert "Nothing waits for you. 1 open proposal waits for others." in seen["bo"]
    assert "Nothing waits for you." in seen["eli"]


def test_needs_me__says_how_long_nothing_happened(path: Path, client_as: As) -> None:
    path.submitted()
    assert "or ask for changes. moved just now" in words_of(client_as("cy").get("/governance/"))
    with clock.playing(MONDAY + timedelta(hours=3)):
        assert "or ask for changes. moved 3 h ago" in words_of(client_as("cy").get("/governance/"))


def test_needs_me__an_author_answers_a_request(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    client_as("cy").post(f"/proposals/{proposal.number}/request-changes/", {"request-text": "Name the queue."})
    assert "Somebody asks for changes: revise it." in words_of(client_as("ana").get("/governance/"))


@pytest.mark.parametrize(("giver", "seen"), [("cy", {"ana"}), ("hal", {"ana", "cy"})])
def test_needs_me__a_role_that_an_author_gave_since_asks_for_nothing(
    path: Path, client_as: As, giver: str, seen: set[str]
) -> None:
    """Two proposals stand: the list and each page leave out the one whose own author gave the role."""
    proposals = {"ana": path.submitted("ana"), "cy": path.submitted("cy", computing="d")}
    for role in (TeamRole.ENGINEERING_MANAGER, TeamRole.TECH_LEAD):
        teams.add_member(
            user=path.organisation.people["eli"], team=path.organisation.checkout, role=role, from_at=clock.now(),
            by=path.by(giver),
        )  # fmt: skip
    client = client_as("eli")
    listed = words_of(client.get("/governance/"))
    assert {author for author, proposal in proposals.items() if f"{proposal} lead-time" in listed} == seen
    pages = {author: words_of(client.get(f"/proposals/{proposal.number}/")) for author, proposal in proposals.items()}
    assert {author for author, page in pages.items() if "Approve as" in page} == seen


def test_needs_me__the_second_person_of_words_holds_the_role_rightly(path: Path, client_as: As) -> None:
    path.submitted("cy", computing="a", wording="from the first commit")
    team, people = path.organisation.checkout, path.organisation.people
    teams.add_member(user=people["eli"], team=team, role=TeamRole.TECH_LEAD, from_at=clock.now(), by=path.by("cy"))
    assert "Nothing waits for you." in words_of(client_as("eli").get("/governance/"))
    assert "Approve as TL, or ask for changes." in words_of(client_as("ana").get("/governance/"))


def test_needs_me__a_steward_frees_from_requests_of_other_teams_alone(
    path: Path, client_as: As, rules: Rules, organisation: Organisation
) -> None:
    rules.affected = frozenset({organisation.harbour.pk})
    lead_of_other_team(organisation)
    proposal = path.signed("gus")
    operations.request_changes(proposal=proposal, text="Name the queue.", by=path.by("cy"))
    assert "Nothing waits for you." in words_of(client_as("gus").get("/governance/"))
    operations.request_changes(proposal=proposal, text="Our builds merge late.", by=path.by("eli"))
    assert "Another team asks for changes: dismiss it or leave it." in words_of(client_as("gus").get("/governance/"))


def test_needs_me__leads_of_affected_teams_read_their_own(path: Path, client_as: As, rules, organisation) -> None:
    rules.owner_team_id = organisation.harbour.pk
    rules.affected = frozenset({organisation.checkout.pk})
    proposal = path.drafted("eli")
    operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=path.by("gus"))
    assert "Your team's values move: read your own before and after." in words_of(client_as("bo").get("/governance/"))


def test_in_force_lately__and_the_list_of_changes(path: Path, client_as: As) -> None:
    path.signed("cy", "gus", at_once_reason="The old clock is wrong since the pipeline moved.")
    with clock.playing(MONDAY + timedelta(days=7)):
        move_proposals()
        for address in ("/governance/", "/governance/changes/"):
            page = words_of(client_as("eli").get(address))
            assert "4 May 2026 Rule lead-time: from merge. P-1" in page
            assert "At once: The old clock is wrong since the pipeline moved." in page


def test_questions__a_goalpost_that_moves_is_asked_of_everybody(
    path: Path, client_as: As, rules: Rules, organisation: Organisation
) -> None:
    rules.teams = [team("checkout", "Checkout", moves=True)]
    rules.improves = frozenset({organisation.checkout.pk})
    with clock.playing(MONDAY.replace(month=6, day=14)):
        draft = path.drafted(computing="d")
        assert "Can it wait?" not in words_of(client_as("ana").get("/governance/"))
        proposal = path.submitted()
        page = words_of(client_as("eli").get("/governance/"))
    assert (
        f"{proposal}, lead-time : Submitted 14 Jun, 16 days before the quarterly review; improves Checkout, an "
        "author's team, by 16.9 %. Can it wait?" in page
    )
    assert str(draft) not in page


def test_questions__a_stranger_moves_no_goalpost(path: Path, client_as: As, rules: Rules, organisation) -> None:
    rules.teams = [team("harbour", "Harbour", moves=True)]
    rules.improves = frozenset({organisation.harbour.pk})
    with clock.playing(MONDAY.replace(month=6, day=14)):
        path.submitted()
        assert "Can it wait?" not in words_of(client_as("eli").get("/governance/"))


def test_questions__one_more_definition_among_many(path: Path, client_as: As, monkeypatch) -> None:
    new = Asked((Item(RULE, Op.CREATE, "queue-time", {"wording": "in the queue"}),), REASON, Category.IMPROVEMENT)
    draft = operations.draft_proposal(asked=new, by=path.by("ana"))
    run_previews()
    draft.refresh_from_db()
    operations.submit_proposal(proposal=draft, sha256=draft.revision_sha256, by=path.by("ana"))
    assert "Which one does it replace?" not in words_of(client_as("eli").get("/governance/"))
    monkeypatch.setattr(queries, "count_active", lambda kind: 24 if kind == RULE else 0)
    page = words_of(client_as("eli").get("/governance/"))
    assert f"{draft}, queue-time : This would be the 25th. Which one does it replace?" in page


def test_questions__what_apps_further_up_ask_stands_below(path: Path, client_as: As, monkeypatch) -> None:
    creep = Question("Lead time, 2026-Q1", "14 % of Harbour's changes are left out. Is the rule wrong?", "/metrics/x/")
    seen: list[set[str] | None] = []

    def list_creeps(slugs: set[str] | None) -> list[Question]:
        seen.append(slugs)
        return [creep]

    monkeypatch.setattr(upstairs, "list_creeps", list_creeps)
    ornament = Question("Rework", "Off the card, or retire?", "/metrics/y/", (("Keep it", "/governance/z/"),))
    monkeypatch.setattr(upstairs, "list_standing", lambda _by: Standing([ornament]))
    page = client_as("eli").get("/governance/")
    assert "Lead time, 2026-Q1 : 14 % of Harbour's changes are left out. Is the rule wrong?" in words_of(page)
    assert "Rework : Off the card, or retire? Keep it" in words_of(page)
    assert {"/metrics/x/", "/governance/z/"} <= set(links_of(page))
    proposal = path.submitted()
    assert "Is the rule wrong?" in words_of(client_as("cy").get(f"/proposals/{proposal.number}/"))
    assert seen == [None, {"lead-time"}]


def test_list__says_what_each_waits_for_and_filters(path: Path, client_as: As) -> None:
    path.submitted()
    path.drafted(computing="d")
    page = words_of(client_as("ana").get("/proposals/"))
    assert "P-1 lead-time: from merge. Checkout In review Engineering manager and metrics steward to sign." in page
    assert "P-2" in page
    assert "P-2" not in words_of(client_as("eli").get("/proposals/"))
    narrowed = words_of(client_as("ana").get(f"/proposals/?state=draft&kind={RULE}&team=checkout"))
    assert "P-2" in narrowed
    assert "P-1" not in narrowed


@pytest.mark.parametrize("query", ["sort=value", "state=lost", "kind=weather", "team=harbour", "page=7"])
def test_list__refuses_what_it_does_not_offer(path: Path, client_as: As, query: str) -> None:
    path.submitted()
    assert client_as("ana").get(f"/proposals/?{query}").status_code == 400


def items(computing: str = "c") -> str:
    content = {"wording": "from review", "computing": computing}
    return json.dumps([{"kind": PLAIN, "op": "change", "key": "lead-time", "content": content}])


def test_plain_form__checks_and_saves_a_draft(path: Path, client_as: As) -> None:
    sent = {"items": items(), "reason": REASON, "category": "correction"}
    checked = client_as("ana").post(f"/proposals/new/{PLAIN}/", {**sent, "act": "check"})
    assert "lead-time: from review." in words_of(checked)
    assert Proposal.objects.count() == 0
    done = client_as("ana").post(f"/proposals/new/{PLAIN}/", {**sent, "act": "save"}, follow=True)
    assert "Saved as P-1. It is a draft until it is submitted." in words_of(done)


def test_plain_form__keeps_what_was_typed_beside_the_fault(path: Path, client_as: As) -> None:
    sent = {"items": items(), "reason": REASON, "category": "correction", "on": "2026-05-12", "act": "save"}
    answer = client_as("ana").post(f"/proposals/new/{PLAIN}/", sent)
    assert answer.status_code == 422
    assert "The next valid date is Monday 18 May 2026." in words_of(answer)
    assert "from review" in main_of(answer)
    broken = client_as("ana").post(f"/proposals/new/{PLAIN}/", {**sent, "items": '[{"kind": "x"}]'})
    assert broken.status_code == 422
    assert client_as("ana").get("/proposals/new/weather/").status_code == 404
    assert client_as("ana").get(f"/proposals/new/{PLAIN}/?key=nothing").status_code == 404


def test_plain_form__begins_with_what_is_in_force(path: Path, client_as: As) -> None:
    path.signed("cy", "gus", kind=PLAIN)
    with clock.playing(MONDAY + timedelta(days=7)):
        move_proposals()
        page = main_of(client_as("ana").get(f"/proposals/new/{PLAIN}/?key=lead-time"))
        assert "from merge" in page
        assert client_as("eli").get(f"/proposals/new/{PLAIN}/?key=lead-time").status_code == 403


def test_plain_form__revises_on_the_hash_that_was_read(path: Path, client_as: As) -> None:
    proposal = path.submitted(kind=PLAIN)
    address = f"/proposals/{proposal.number}/edit/"
    assert client_as("eli").get(address).status_code == 403
    assert address in links_of(client_as("ana").get(f"/proposals/{proposal.number}/"))
    sent = {"items": items(), "reason": REASON, "category": "correction", "act": "save"}
    assert client_as("ana").post(address, sent).status_code == 400
    done = client_as("ana").post(address, {**sent, "sha256": proposal.revision_sha256}, follow=True)
    assert "Saved as a new revision." in words_of(done)
    late = client_as("ana").post(address, {**sent, "items": items("d"), "sha256": proposal.revision_sha256})
    assert late.status_code == 412
    assert "Another revision was written meanwhile" in words_of(late)
