"""The page of a proposal: what it says, what it waits for, and what each reader may do."""

import re
from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from apps.core import clock
from apps.governance import operations
from apps.governance.models import Comment, PreviewRun, Proposal, Signature
from apps.governance.tasks import move_proposals, run_previews
from tests.governed import MONDAY, Path, Rules, asked, lead_of_other_team
from tests.web.portal.pages import main_of, words_of

As = Callable[..., Client]


def url(proposal: Proposal, act: str = "") -> str:
    return f"/proposals/{proposal.number}/" + (f"{act}/" if act else "")


def sign(client: Client, proposal: Proposal, role: str = ""):
    return client.post(url(proposal, "sign"), {"sha256": proposal.revision_sha256, "role": role})


def test_page__says_the_change_three_ways(path: Path, client_as: As) -> None:
    page = main_of(client_as("cy").get(url(path.submitted())))
    assert "Median hours from <del>first commit</del> <ins>merge</ins> to production." in page.replace("  ", " ")
    assert '<th scope="row">Wording</th><td>from first commit</td><td>from merge</td>' in page
    assert "<summary>As text</summary>" in page


def test_page__offers_each_reader_their_own_acts(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    seen = {name: words_of(client_as(name).get(url(proposal))) for name in ("ana", "bo", "cy", "gus", "hal", "eli")}
    assert {name for name, text in seen.items() if "Approve as" in text} == {"cy", "gus"}
    assert "Approve as EM" in seen["cy"]
    assert "Approve as metrics steward" in seen["gus"]
    assert "You wrote a revision of this, so others agree to it." in seen["ana"]
    assert {name for name, text in seen.items() if "Request changes" in text} == {"ana", "bo", "cy", "gus"}
    assert {name for name, text in seen.items() if f"Reject {proposal}" in text} == {"ana", "cy", "gus"}
    assert {name for name, text in seen.items() if f"Withdraw {proposal}" in text} == {"ana", "cy"}


def test_page__a_draft_is_for_its_author_and_leads(path: Path, client_as: As) -> None:
    proposal = path.drafted()
    statuses = {name: client_as(name).get(url(proposal)).status_code for name in ("ana", "bo", "dee", "eli", "gus")}
    assert statuses == {"ana": 200, "bo": 200, "dee": 404, "eli": 404, "gus": 200}


def test_page__three_people_sign_and_it_is_scheduled(path: Path, client_as: As, rules: Rules) -> None:
    proposal = path.drafted()
    done = client_as("ana").post(url(proposal, "submit"), {"sha256": proposal.revision_sha256}, follow=True)
    assert "Waits for the engineering manager." in words_of(done)
    assert "Signed." in words_of(client_as("cy").post(url(proposal, "sign"), follow=True, data={
        "sha256": proposal.revision_sha256, "role": "engineering_manager",
    }))  # fmt: skip
    last = client_as("gus").post(
        url(proposal, "sign"), {"sha256": proposal.revision_sha256, "role": "steward"}, follow=True
    )
    assert "It comes into force on 11 May 2026." in words_of(last)
    with clock.playing(MONDAY + timedelta(days=7)):
        move_proposals()
        page = words_of(client_as("dee").get(url(proposal)))
    assert "Agreed. In force from 11 May 2026." in page
    assert rules.texts["lead-time"][0] == 2


def test_sign__permission_is_judged_before_the_form(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    empty = {name: client_as(name).post(url(proposal, "sign")).status_code for name in ("ana", "dee", "hal", "cy")}
    assert empty == {"ana": 403, "dee": 403, "hal": 403, "cy": 400}
    assert "author_cannot_approve" not in words_of(client_as("ana").post(url(proposal, "sign")))
    assert Signature.objects.count() == 1


def test_sign__a_role_that_is_not_theirs_is_refused(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    assert sign(client_as("cy"), proposal, "steward").status_code == 403
    assert sign(client_as("cy"), proposal, "engineering_manager").status_code == 302
    assert sign(client_as("cy"), proposal, "engineering_manager").status_code == 409


def test_sign__words_are_seconded_in_a_role_that_is_held(path: Path, client_as: As) -> None:
    proposal = path.submitted(computing="a", wording="from the first commit")
    assert "Approve as PM" in words_of(client_as("bo").get(url(proposal)))
    assert sign(client_as("bo"), proposal, "leadership").status_code == 403
    assert sign(client_as("bo"), proposal, "product_manager").status_code == 302
    proposal.refresh_from_db()
    assert proposal.state == "activated"


def test_sign__another_revision_answers_412_with_what_is_new(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    operations.revise_proposal(
        proposal=proposal, asked=asked("c", wording="from review"), sha256=proposal.revision_sha256, by=path.by("ana")
    )
    run_previews()
    answer = sign(client_as("cy"), proposal, "engineering_manager")
    assert answer.status_code == 412
    assert "Another revision was written meanwhile" in words_of(answer)
    assert "from review" in words_of(answer)
    assert Signature.objects.filter(signed_by=path.organisation.people["cy"]).count() == 0


def test_preview__is_awaited_and_then_shown(path: Path, client_as: As, rules: Rules) -> None:
    rules.teams = [team("harbour", "Harbour", moves=True), team("checkout", "Checkout", moves=False)]
    proposal = operations.draft_proposal(asked=asked(), by=path.by("ana"))
    waiting = main_of(client_as("ana").get(url(proposal)))
    assert 'hx-trigger="every 3s"' in waiting
    assert "Load the page again" in waiting
    run_previews()
    page = main_of(client_as("ana").get(url(proposal)))
    assert "hx-trigger" not in page
    assert "Harbour: typical week 36\xa0h, then 30\xa0h" in page
    assert "1 team does not move: Checkout." in page
    assert page.count('<svg class="c-chart c-chart--small"') == 1


def team(slug: str, name: str, *, moves: bool) -> dict:
    old, new = (30, 44, 26, 38, 33, 41), (27, 37, 25, 31, 28, 36)
    weeks = [[f"2026-W{n:02d}", a * 3600, b * 3600] for n, (a, b) in enumerate(zip(old, new, strict=True), start=10)]
    return {
        "team": slug, "name": name, "moves": moves, "why": "16.9 % less", "unit": "seconds", "shift": -0.169,
        "median_old": 127800, "median_new": 106200, "weeks": weeks, "gained": 1, "lost": 0,
        "entering": ["c1"], "leaving": [],
        "periods": [{"key": "2026-Q1", "old": 127800, "old_lower": 100000, "old_upper": 140000, "new": 106200,
                     "new_lower": None, "new_upper": None}],
    }  # fmt: skip


def test_preview__a_fragment_is_that_region_of_the_page(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    whole = client_as("cy").get(url(proposal)).content.decode()
    fragment = client_as("cy").get(url(proposal), headers={"HX-Request": "true"}).content.decode().strip()
    assert without_tokens(fragment) in without_tokens(whole)


def without_tokens(text: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)


def test_preview__a_stale_one_is_computed_again_when_the_page_is_opened(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    with clock.playing(MONDAY + timedelta(days=8)):
        page = words_of(client_as("cy").get(url(proposal)))
        assert "Approve: not yet. The preview is being computed." in page
        assert PreviewRun.objects.count() == 2
        client_as("cy").get(url(proposal))
        assert PreviewRun.objects.count() == 2
        run_previews()
        assert "Approve as EM" in words_of(client_as("cy").get(url(proposal)))


def test_request__of_another_team_blocks_until_it_is_dismissed_in_a_sentence(
    path: Path, client_as: As, rules: Rules
) -> None:
    rules.affected = frozenset({path.organisation.harbour.pk})
    proposal = path.submitted()
    said = {"request-text": "Squashed merges lose the first commit."}
    assert client_as("dee").post(url(proposal, "request-changes"), {}).status_code == 422
    assert client_as("eli").post(url(proposal, "request-changes"), {}).status_code == 403
    lead_of_other_team(path.organisation)
    assert client_as("eli").post(url(proposal, "request-changes"), said).status_code == 302
    request = Comment.objects.get(act="request_changes")
    address = url(proposal, f"requests/{request.pk}/dismiss")
    assert "Dismiss this request" in words_of(client_as("gus").get(url(proposal)))
    assert client_as("ana").post(address, {}).status_code == 403
    assert client_as("gus").post(address, {}).status_code == 422
    answer = client_as("gus").post(address, {f"dismiss-{request.pk}-text": "Squashing is their choice."}, follow=True)
    assert "Dismissed. The sentence stays on the version." in words_of(answer)
    assert "Squashing is their choice." in words_of(answer)


def test_request__of_whoever_signs_here_is_not_offered_to_a_steward(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    client_as("cy").post(url(proposal, "request-changes"), {"request-text": "Wait for the merge queue."})
    request = Comment.objects.get(act="request_changes")
    assert "Dismiss this request" not in words_of(client_as("gus").get(url(proposal)))
    answer = client_as("gus").post(url(proposal, f"requests/{request.pk}/dismiss"), {})
    assert answer.status_code == 403
    assert "a steward dismisses requests of other teams" in words_of(answer)


def test_request__is_taken_back_by_whoever_asked(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    client_as("cy").post(url(proposal, "request-changes"), {"request-text": "Wait for the merge queue."})
    request = Comment.objects.get(act="request_changes")
    assert client_as("bo").post(url(proposal, f"requests/{request.pk}/take-back")).status_code == 403
    assert client_as("cy").post(url(proposal, f"requests/{request.pk}/take-back")).status_code == 302
    assert client_as("cy").post(url(proposal, f"requests/{request.pk}/take-back")).status_code == 409
    assert client_as("cy").post(url(proposal, "requests/987654/take-back")).status_code == 404


def test_comment__an_empty_one_comes_back_with_a_sentence(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    answer = client_as("eli").post(url(proposal, "comment"), {"comment-text": " "})
    assert answer.status_code == 422
    assert "Error: " in answer.content.decode()
    assert client_as("eli").post(url(proposal, "comment"), {"comment-text": "Understood."}).status_code == 302
    assert "Understood." in words_of(client_as("bo").get(url(proposal)))


def test_reject_and_withdraw__end_it_with_a_reason(path: Path, client_as: As) -> None:
    first, second = path.submitted(), path.submitted(computing="c")
    assert client_as("dee").post(url(first, "reject"), {"reject-text": "No."}).status_code == 403
    page = client_as("cy").post(url(first, "reject"), {"reject-text": "It hides the wait for review."}, follow=True)
    assert "Rejected What was in force before stays. It hides the wait for review." in words_of(page)
    assert client_as("gus").post(url(second, "withdraw"), {}).status_code == 403
    assert "Withdrawn" in words_of(client_as("ana").post(url(second, "withdraw"), {}, follow=True))
    assert client_as("ana").post(url(second, "withdraw"), {}).status_code == 409


def test_page__names_the_other_open_change_of_the_same_object(path: Path, client_as: As) -> None:
    first = path.submitted()
    second = path.submitted(computing="c")
    assert f"Open change: {first}" in words_of(client_as("cy").get(url(second)))
    third = path.drafted(computing="d")
    assert f"Open change: {third}" not in words_of(client_as("eli").get(url(second)))


def test_page__a_token_never_signs(path: Path, organisation) -> None:
    proposal = path.submitted()
    bearer = Client(headers={"Authorization": f"Bearer {organisation.secrets['organisation_push']}"})
    assert bearer.post(url(proposal, "sign")).status_code == 403
    assert "A person does this in the portal" in bearer.post(url(proposal, "sign")).content.decode()


def test_page__questions_stand_before_the_buttons(path: Path, client_as: As, rules: Rules) -> None:
    for number in range(2):
        operations.withdraw_proposal(proposal=path.submitted(computing=f"w{number}"), text="", by=path.by("ana"))
    path.signed("cy", "gus")
    with clock.playing(MONDAY + timedelta(days=7)):
        move_proposals()
        proposal = path.submitted(computing="z")
        page = words_of(client_as("cy").get(url(proposal)))
    assert "Changed twice in two quarters. Are the stretches long enough to read?" in page
    assert page.index("Changed twice") < page.index("Approve as EM")


def test_page__asks_whether_a_goalpost_moves(path: Path, client_as: As, rules: Rules, organisation) -> None:
    rules.teams = [team("checkout", "Checkout", moves=True)]
    rules.improves = frozenset({organisation.checkout.pk})
    with clock.playing(MONDAY.replace(month=6, day=14)):
        page = words_of(client_as("cy").get(url(path.submitted())))
    assert (
        "Submitted 14 Jun, 16 days before the quarterly review; improves Checkout, an author's team, by 16.9 %." in page
    )


def test_page__a_decided_proposal_says_what_its_signers_were_asked(
    path: Path, client_as: As, rules: Rules, organisation
) -> None:
    rules.teams = [team("checkout", "Checkout", moves=True)]
    rules.improves = frozenset({organisation.checkout.pk})
    with clock.playing(MONDAY.replace(month=6, day=14)):
        proposal = path.submitted()
        operations.withdraw_proposal(proposal=proposal, text="It can wait.", by=path.by("ana"))
    with clock.playing(MONDAY.replace(month=8, day=14)):
        assert "Submitted 14 Jun, 16 days before" in words_of(client_as("cy").get(url(proposal)))
