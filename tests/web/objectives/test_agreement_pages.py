"""SLIs, SLOs and budget policies proposed in words, revised, and the pages that tell their versions."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.governance.domain.revisions import Asked, Category
from apps.governance.models import Proposal
from apps.governance.operations import draft_proposal
from apps.governance.tasks import run_previews
from apps.objectives.models import BudgetPolicyVersion, IndicatorVersion, ObjectiveVersion
from tests.agreeing import REASON, move, sign_all, submit
from tests.personas import Organisation, principal_of
from tests.promising import (
    indicator_item,
    make_flow,
    newest_indicator,
    newest_promise,
    objective_item,
    promise,
    promised,
)
from tests.web.metrics.test_wording_pages import filled
from tests.web.portal.pages import main_of, words_of

As = Callable[..., Client]
SLI, SLO, POLICY = (f"/proposals/new/{kind}/" for kind in ("sli", "slo", "budget_policy"))
TYPED_SLI = {
    "slug": "checkout-requests", "service": "checkout-api", "name": "Checkout requests", "kind": "latency",
    "hurts": "Buyers who wait.", "blind_spot": "Buyers who left.", "limit": "400", "measured_at": "edge",
    "reason": REASON, "flow": "checkout",
}  # fmt: skip
TYPED_SLO = {
    "slug": "checkout-fast", "indicator": "checkout-requests", "name": "Checkout is fast", "target": "0.95",
    "monday_decision": "Whether we launch.", "rationale": "Buyers leave.", "revisit_on": "2027-01-31",
    "reason": REASON,
}  # fmt: skip
TYPED_POLICY = {
    "slug": "checkout-budget", "owner_team": "checkout", "name": "Checkout budget", "goals": "A shared rule.",
    "non_goals": "No punishment.",
    "revisit_on": "2027-01-31", "reason": REASON,
}  # fmt: skip


def save(client: Client, address: str, **typed: object) -> Proposal:
    answer = client.post(address, {**filled(client, address), **typed, "act": "save"}, follow=True)
    assert answer.status_code == 200, words_of(answer)
    assert "Saved as P-" in words_of(answer), words_of(answer)
    return Proposal.objects.latest("number")


def put_in_force(proposal: Proposal, organisation: Organisation) -> None:
    run_previews()
    proposal.refresh_from_db()
    move(sign_all(submit(proposal, organisation.people["ana"])))


def test_words__an_sli_an_slo_and_a_policy_are_proposed_one_after_the_other(
    client_as: As, organisation: Organisation
) -> None:
    make_flow(organisation.checkout)
    client = client_as("ana")
    put_in_force(save(client, SLI, **TYPED_SLI), organisation)
    version = newest_indicator()
    assert (version.kind, version.slice_seconds, version.indicator.flow.slug) == ("latency", 300, "checkout")
    put_in_force(save(client, f"{SLO}?indicator=checkout-requests", **TYPED_SLO), organisation)
    promised_words = newest_promise("checkout-fast")
    assert (str(promised_words.target.normalize()), promised_words.objective.indicator.slug) == (
        "0.95", "checkout-requests",
    )  # fmt: skip
    put_in_force(save(client, POLICY, **TYPED_POLICY), organisation)
    assert '"rule":"incident_share","share":"0.2"' in BudgetPolicyVersion.objects.get().policy_text


def test_check__says_the_sentence_and_stores_nothing(client_as: As, organisation: Organisation) -> None:
    promise(organisation, indicator_item())
    client = client_as("ana")
    answer = client.post(SLO, {**filled(client, SLO), **TYPED_SLO, "act": "check"})
    said = words_of(answer)
    assert "95 % of requests are answered without fault, over rolling 28 days." in said
    assert "Nothing is stored yet." in said
    assert not Proposal.objects.filter(title__contains="fast").exists()


def test_faults__stand_at_their_fields_and_keep_what_was_typed(client_as: As, organisation: Organisation) -> None:
    promise(organisation, indicator_item())
    client = client_as("ana")
    wrong = {**TYPED_SLO, "target": "99.5", "method": "time_slices", "rolling_days": "91", "slug": "new"}
    answer = client.post(SLO, {**filled(client, SLO), **wrong, "act": "save"})
    page = main_of(answer)
    assert answer.status_code == 422
    assert "Did you mean 0.995" in page
    assert "A rolling window lasts 1 to 90 days" in page
    assert "With method time_slices say the slice target" in page
    assert "is the address of a page" in page
    assert 'value="99.5"' in page
    assert '<details class="c-group" open><summary>How it is counted' in page
    unsaid = client.post(SLO, {"act": "save"})
    assert unsaid.status_code == 422
    assert "Choose what it is measured by" in words_of(unsaid)


def test_policy__a_rule_names_who_signs_and_there_is_one_at_least(client_as: As) -> None:
    client = client_as("ana")
    sent = {**filled(client, POLICY), **TYPED_POLICY, "act": "save"}
    wrong = client.post(POLICY, {**sent, "at_risk_signers": [], "incident_share_share": "20"})
    assert wrong.status_code == 422
    assert "Choose who signs the decision." in words_of(wrong)
    wrong = client.post(POLICY, {**sent, "incident_share_share": "20"})
    assert "20 is more than 1. Did you mean 0.2" in words_of(wrong)
    none = client.post(POLICY, {**sent, "at_risk_asks": "", "exhausted_asks": "", "incident_share_asks": ""})
    assert "A policy has at least one rule." in words_of(none)


def test_change__begins_from_what_holds_and_is_revised_in_words(client_as: As, organisation: Organisation) -> None:
    promised(organisation, policy=True)
    client = client_as("ana")
    address = f"{SLO}?key=checkout-success"
    page = main_of(client.get(address))
    assert 'value="0.997"' in page
    assert 'name="slug"' not in page
    proposal = save(client, address, target="0.999", reason=REASON)
    edit = f"/proposals/{proposal.number}/agreement/"
    assert edit in main_of(client.get(f"/proposals/{proposal.number}/"))
    done = client.post(edit, {**filled(client, edit), "target": "0.998", "act": "save"}, follow=True)
    assert "Saved as a new revision." in words_of(done)
    stale = client.post(edit, {**filled(client, edit), "target": "0.99", "act": "save", "sha256": "x"})
    assert stale.status_code == 412
    assert 'value="0.99"' in main_of(stale)
    proposal.refresh_from_db()
    run_previews()
    submit(proposal, organisation.people["ana"])
    for page in (address, "/objectives/checkout-success/versions/"):
        assert f"Open change: {proposal}." in words_of(client.get(page))
    for key, address in (("checkout-requests", SLI), ("checkout-budget", POLICY)):
        assert client.get(f"{address}?key={key}").status_code == 200


def test_plain_form__leads_to_the_words(client_as: As, organisation: Organisation) -> None:
    promised(organisation)
    many = Asked((indicator_item(name="Other"), objective_item(name="Other")), REASON, Category.IMPROVEMENT)
    proposal = draft_proposal(asked=many, by=principal_of(organisation.people["ana"]))
    assert client_as("ana").get(f"/proposals/{proposal.number}/agreement/").status_code == 404
    assert client_as("ana").get("/proposals/999/agreement/").status_code == 404


@pytest.mark.parametrize("address", [SLI, SLO, POLICY, f"{SLO}?key=checkout-success", f"{SLI}?key=checkout-requests"])
def test_access__whoever_may_not_propose_is_told_who_may(
    client_as: As, organisation: Organisation, address: str
) -> None:
    promised(organisation)
    assert client_as("fay").get(address).status_code == 403
    assert client_as(None).get(address).status_code in (302, 401)
    assert client_as("dee").get(address).status_code == 200
    assert client_as("gus").get(address).status_code == 200
    is_of_another_team = "key" in address
    assert client_as("eli").get(address).status_code == (403 if is_of_another_team else 200)


def test_access__absent_and_unknown(client_as: As, organisation: Organisation) -> None:
    client = client_as("ana")
    assert client.get(f"{SLO}?key=nothing").status_code == 404
    assert client.get(f"{SLO}?word=x").status_code == 400
    assert client.put(SLO).status_code == 405


def test_versions__tell_what_holds_and_what_changed(client_as: As, organisation: Organisation) -> None:
    promised(organisation, policy=True)
    promise(organisation, objective_item(target="0.999"))
    promise(organisation, objective_item(target="0.999", rationale="Other words."))
    client = client_as("fay")
    said = words_of(client.get("/objectives/checkout-success/versions/"))
    assert "99.9 % of requests are answered without fault, over rolling 28 days." in said
    assert "Words only" in said
    assert "What is judged" in said
    assert "It is the first." in said
    assert "Propose a change" not in said
    assert "Propose a change" in words_of(client_as("dee").get("/objectives/checkout-success/versions/"))
    page = main_of(client.get("/objectives/checkout-success/diff/1/2/"))
    assert "<del>99.7 %</del>" in page.replace("\xa0", " ") or "<del>99.7" in page
    assert "the versions are judged differently" in words_of(client.get("/objectives/checkout-success/diff/1/2/"))
    for address in (
        "/objectives/indicators/checkout-requests/versions/", "/objectives/policies/checkout-budget/versions/",
    ):  # fmt: skip
        assert client.get(address).status_code == 200
        assert client.get(address.replace("versions/", "diff/1/2/")).status_code == 404
        assert client.post(address).status_code == 405
    assert client.get("/objectives/nothing/versions/").status_code == 404
    assert client.get("/objectives/checkout-success/diff/1/1/").status_code == 404


def test_queries__stay_few(client_as: As, organisation: Organisation, django_assert_max_num_queries) -> None:
    promised(organisation)
    client = client_as("ana")
    for address in (SLI, SLO, POLICY, f"{SLO}?key=checkout-success", "/objectives/checkout-success/versions/"):
        with django_assert_max_num_queries(12):
            client.get(address)
    assert (IndicatorVersion.objects.count(), ObjectiveVersion.objects.count()) == (1, 1)


def test_retirement__is_drafted_by_the_team_and_submitted_by_a_steward(
    client_as: As, organisation: Organisation
) -> None:
    promised(organisation, policy=True)
    client, address = client_as("dee"), "/objectives/checkout-success/retire/"
    assert address in main_of(client.get("/objectives/checkout-success/versions/"))
    assert client.post(address, {"reason": "Too short."}).status_code == 422
    said = words_of(client.post(address, {"reason": REASON}, follow=True))
    assert "a metrics steward submits it" in said
    assert "Checkout succeeds is retired" in said
    stands = client.post("/objectives/indicators/checkout-requests/retire/", {"reason": REASON})
    assert stands.status_code == 409
    assert "checkout-success stands on it" in words_of(stands)
    assert client.get("/objectives/policies/checkout-budget/retire/").status_code == 200
    assert client_as("eli").get(address).status_code == 403
    assert client.get("/objectives/nothing/retire/").status_code == 404
