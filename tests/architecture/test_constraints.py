"""Each constraint is a truth: for each of them a write that it refuses, on every database the suite runs on."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from tests.architecture.rows import LATER, NOON, Shelf, own_models

# A check by its name: the fields that break it in a row that is good otherwise.
CHECKS: dict[str, dict[str, Any]] = {
    "accounts_rolegrant_ends_after_start": {"until_at": NOON},
    "annotations_annotation_ends_after_start": {"ends_at": NOON},
    "annotations_annotation_retracted_pair": {"retracted_at": NOON},
    "audit_headnote_noted_pair": {"seq": None},
    "delivery_deployment_ends_after_start": {"started_at": LATER, "finished_at": NOON},
    "governance_comment_answers": {"act": "dismiss"},
    "governance_exemption_ended_pair": {"ended_at": NOON},
    "governance_exemption_expires_after_start": {"expires_at": NOON},
    "governance_freezewindow_ended_pair": {"ended_at": NOON},
    "governance_freezewindow_order": {"last_on": NOON.date().replace(month=6)},
    "governance_previewrun_finished_pair": {"finished_at": NOON},
    "governance_proposal_author": {"origin": "person"},
    "governance_proposal_blocked_with_cause": {"state": "blocked"},
    "governance_proposal_decided_pair": {"decided_at": NOON},
    "governance_quarterunderreview_order": {"from_at": LATER, "until_at": NOON},
    "incidents_action_drop_asked_pair": {"drop_asked_at": NOON},
    "incidents_action_of_a_retro_names_it": {"origin": "retro"},
    "incidents_action_times_fit_its_state": {"state": "done"},
    "incidents_changelink_rejection_by_a_person": {"state": "rejected", "origin": "source", "reason": "Not it."},
    "incidents_incident_duplicate_names_its_root": {"exclusion": "duplicate", "exclusion_reason": "The same."},
    "incidents_incident_exclusion_has_a_reason": {"exclusion": "cancelled"},
    "incidents_incident_lift_asked_pair": {"lift_asked_at": NOON},
    "incidents_incident_not_its_own_duplicate": {
        "id": 10_000, "exclusion": "duplicate", "exclusion_reason": "The same.", "duplicate_of_id": 10_000,
    },
    "incidents_incidentaccess_of_one": {"team": None},
    "incidents_maturitythresholds_in_percent": {"actionable_percent": 101},
    "incidents_oncallprofile_ends_after_start": {"starts_minute": 600, "ends_minute": 600},
    "incidents_retro_published_once_out": {"state": "published"},
    "incidents_retro_waived_on_request": {"waived_at": NOON},
    "incidents_retro_waiver_asked_pair": {"waiver_asked_at": NOON},
    "incidents_timelineentry_ends_after_start": {"at": LATER, "ended_at": NOON},
    "integrations_importrun_closed_pair": {"closed_at": NOON},
    "integrations_importrun_counts_add_up": {"row_count": 2, "good_count": 1},
    "metrics_definitionversion_dated_after_first": {"number": 2},
    "metrics_definitionversion_meaning_not_later": {"meaning_number": 2},
    "metrics_metricdefinition_lifecycle_dated": {"lifecycle": "deprecated"},
    "metrics_metricdefinition_retired_after_sunset": {
        "lifecycle": "retired", "deprecated_on": date(2026, 6, 1), "sunset_on": date(2026, 7, 1),
        "retired_on": date(2026, 6, 30),
    },
    "metrics_metricdefinition_sunset_after_notice": {
        "lifecycle": "deprecated", "deprecated_on": date(2026, 7, 1), "sunset_on": date(2026, 7, 1),
    },
    "notifications_mail_to_somebody": {"address": ""},
    "objectives_budgetday_within_raw": {"bad": 2, "counted": 1},
    "objectives_budgetpolicyversion_dated_after_first": {"number": 2},
    "objectives_budgetpolicyversion_first_moves_nothing": {"moved_from": "one"},
    "objectives_budgetpolicyversion_meaning_not_later": {"meaning_number": 2},
    "objectives_burnalert_acknowledged_pair": {"acknowledged_at": NOON},
    "objectives_burnalert_ends_after_start": {"from_at": LATER, "until_at": NOON},
    "objectives_heldsample_settled_pair": {"settled_at": NOON},
    "objectives_indicatorread_fault_of_a_failure": {"failures": 1},
    "objectives_indicatorversion_dated_after_first": {"number": 2},
    "objectives_indicatorversion_first_moves_nothing": {"moved_from": "one"},
    "objectives_indicatorversion_meaning_not_later": {"meaning_number": 2},
    "objectives_objectiveversion_dated_after_first": {"number": 2},
    "objectives_objectiveversion_first_moves_nothing": {"moved_from": "one"},
    "objectives_objectiveversion_meaning_not_later": {"meaning_number": 2},
    "objectives_objectiveversion_target_is_a_share": {"target": 0},
    "objectives_policytrigger_closed_pair": {"closed_at": NOON},
    "objectives_policytrigger_incident_of_its_rule": {"rule": "incident_share"},
    "objectives_sample_counts_in_range": {"valid": 2, "total": 1},
    "objectives_sampleday_adds_up": {"good": 1},
    "reviews_decision_adjusts_by_an_action": {"verb": "adjust"},
    "reviews_decision_investigates_until_a_day": {"verb": "investigate"},
    "reviews_definitionopening_counted": {"minutes": 0},
    "reviews_followup_comes_back_on_a_day": {"outcome": "too_early"},
    "reviews_review_closed_pair": {
        "state": "closed", "opened_at": NOON, "opened_by": "one", "closed_at": NOON, "snapshot_sha256": "ab",
    },
    "reviews_review_closed_with_snapshot": {"snapshot_sha256": "ab"},
    "reviews_review_opened_pair": {"state": "open", "opened_at": NOON},
    "reviews_review_times_fit_its_state": {"state": "open"},
    "reviews_targetreview_closed_pair": {"closed_at": NOON, "snapshot_sha256": "ab"},
    "reviews_targetreview_closed_with_snapshot": {"snapshot_sha256": "ab"},
    "reviews_targetreview_opened_pair": {"opened_at": NOON},
    "services_ownership_ends_after_start": {"until_at": NOON},
    "services_tenant_team_names_it": {"kind": "team"},
    "teams_apitoken_expires_after_creation": {"expires_at": NOON},
    "teams_membership_ends_after_start": {"until_at": NOON},
    "teams_membership_of_one_place": {"team": None},
    "teams_team_closes_after_start": {"closed_on": NOON.date().replace(day=1, month=6)},
}  # fmt: skip
# A uniqueness by its name: what both rows have, and in what the second may differ without becoming another.
UNIQUES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "annotations_annotation_one_per_external_key": ({"external_key": "k"}, {"text": "Another mark."}),
    "audit_headnote_once": ({}, {"fault": "Another."}),
    "delivery_batchreceipt_one_per_key": ({}, {"body_sha256": "other"}),
    "delivery_change_one_current": ({}, {"size": 3}),
    "delivery_deployment_one_current": ({}, {"size": 3}),
    "delivery_remediation_one_current": ({}, {"fixed_by": "other"}),
    "governance_previewrun_one_open": ({}, {"engine_version": "another"}),
    "governance_proposalitem_object_once": ({"key": "lead-time"}, {"op": "another"}),
    "governance_proposalrevision_number_once": ({}, {"text": "Another."}),
    "governance_quarterunderreview_once": ({}, {"from_at": NOON}),
    "governance_reminder_once": ({}, {"due_at": LATER}),
    "governance_signature_person_once": ({}, {"role": "another"}),
    "incidents_action_one_per_external_key": ({"external_key": "k"}, {"text": "Another."}),
    "incidents_action_one_per_retro_row": ({"retro": "one", "retro_row": "r"}, {"text": "Another."}),
    "incidents_actionfact_one_current": ({}, {"state": "done"}),
    "incidents_actionreminder_once": ({}, {"due_at": LATER}),
    "incidents_alertrule_once": ({}, {"signal": "cause"}),
    "incidents_incident_one_open_per_dedup_key": ({"dedup_key": "d"}, {"title": "Another."}),
    "incidents_incident_one_per_external_key": ({"external_key": "k"}, {"title": "Another."}),
    "incidents_incidentaccess_person_once": ({"team": None, "user": "one"}, {"added_at": LATER}),
    "incidents_incidentaccess_team_once": ({}, {"added_at": LATER}),
    "incidents_incidentcause_once": ({}, {"reason": "Another."}),
    "incidents_incidentfact_one_current": ({}, {"cause": "change"}),
    "incidents_incidentservice_once": ({"role": "affected"}, {"flow": "another"}),
    "incidents_incidentservice_one_origin": ({"role": "origin"}, {"service": "another"}),
    "incidents_page_once": ({}, {"urgency": "low"}),
    "incidents_pagefact_one_current": ({}, {"urgency": "low"}),
    "incidents_publishedfactor_once": ({}, {"kind": "unknown"}),
    "incidents_publishedsafeguard_once": ({}, {"sentence": "Another."}),
    "incidents_retrofact_one_current": ({}, {"waived": True}),
    "incidents_retrorevision_once": ({}, {"texts": {"a": "b"}}),
    "incidents_retrorow_once": ({}, {"position": 2}),
    "incidents_retrosection_once": ({}, {"texts": {"a": "b"}}),
    "incidents_retrosnapshot_once": ({}, {"sha256": "other"}),
    "incidents_ticketfact_one_current": ({}, {"kind": "another"}),
    "incidents_timelineentry_one_per_external_key": ({"external_key": "k"}, {"text": "Another."}),
    "incidents_timelineentry_one_per_fact": (
        {"fact_source": "deployments", "fact_service": "one", "fact_key": "k"},
        {"text": "Another."},
    ),
    "integrations_keptpart_once": ({}, {"packed": b"other"}),
    "measurements_closedperiod_once": ({}, {"due_at": LATER}),
    "measurements_metricvalue_one_per_cell": ({}, {"value": 2.5}),
    "measurements_recomputerequest_once": ({"service": "one"}, {"due_at": LATER}),
    "measurements_recomputerequest_once_for_all": ({"service": None}, {"due_at": LATER}),
    "metrics_confirmation_day_once": ({}, {"text": "Another."}),
    "metrics_definitionstep_slug_once": ({"former_slug": "lead-time"}, {"text": "Another."}),
    "metrics_definitionversion_number_once": ({}, {"name": "Another"}),
    "metrics_target_number_once": ({}, {"reason": "Another."}),
    "notifications_mailwish_once": ({}, {"wish": "off"}),
    "notifications_mute_once": ({}, {"muted_at": LATER}),
    "objectives_budgetday_of_a_key_once": ({"series": "one"}, {"seen": 2}),
    "objectives_budgetday_of_the_sum_once": ({"series": None}, {"seen": 2}),
    "objectives_budgetdayfact_one_current": ({}, {"state": "ok"}),
    "objectives_budgetdecision_number_once": ({}, {"sentence": "Another."}),
    "objectives_budgetevaluation_once": ({}, {"state": "ok"}),
    "objectives_budgetevaluation_shown_once": ({"cause": "review"}, {"state": "ok"}),
    "objectives_budgetpolicyversion_number_once": ({}, {"name": "Another"}),
    "objectives_budgetstatus_of_a_key_once": ({"series": "one"}, {"state": "ok"}),
    "objectives_budgetstatus_of_the_objective_once": ({"series": None}, {"state": "ok"}),
    "objectives_burnalert_one_open": ({}, {"from_at": LATER}),
    "objectives_burnalertfact_one_current": ({}, {"kind": "ticket"}),
    "objectives_businessfact_one_current": ({}, {"unit": "EUR"}),
    "objectives_decisionsignature_person_once": ({"stands_in": False}, {"role": "engineering_manager"}),
    "objectives_decisionsignature_role_once": ({}, {"signed_by": "another"}),
    "objectives_incidentspend_once": ({}, {"bad": 0}),
    "objectives_indicatorversion_number_once": ({}, {"name": "Another"}),
    "objectives_objectiveversion_number_once": ({}, {"name": "Another"}),
    "objectives_policytrigger_once_per_incident": (
        {"rule": "incident_share", "incident": "I-1"},
        {"from_at": LATER},
    ),
    "objectives_policytrigger_one_open_per_rule": ({}, {"from_at": LATER}),
    "objectives_sample_slice_once": ({}, {"good": 0}),
    "objectives_sampleday_once": ({}, {"seen": 2}),
    "objectives_samplefact_one_current": ({}, {"tenant": "north"}),
    "objectives_series_key_once": ({}, {"newest_start": LATER}),
    "objectives_targetsuggestion_month_once": ({}, {"computed_at": LATER}),
    "reviews_agendaitem_once": ({}, {"is_cited": True}),
    "reviews_decision_number_once": ({"item": "one"}, {"text": "Another."}),
    "reviews_deferral_once": ({}, {"reason": "Another."}),
    "reviews_definitionopening_once": ({}, {"minutes": 2}),
    "reviews_review_once": ({}, {"content": {"a": 1}}),
    "reviews_reviewdue_once": ({}, {"due_at": LATER}),
    "reviews_reviewitem_once": ({}, {"sentence": "Another."}),
    "reviews_reviewsignature_person_once": ({}, {"role": "another"}),
    "reviews_reviewsignature_role_once": ({}, {"signed_by": "another"}),
    "reviews_targetreview_once": ({}, {"content_sha256": "other"}),
    "scorecards_carddue_once": ({}, {"due_at": LATER}),
    "scorecards_scorecard_once": ({}, {"sha256": "other"}),
    "scorecards_scorecardcell_rank_once": ({}, {"label": "Another"}),
    "scorecards_templateversion_number_once": ({}, {"reason": "Another."}),
    "services_factconnection_one_per_channel": ({}, {"heard_at": LATER}),
    "services_ownership_one_open_owner": ({}, {"from_at": LATER}),
}
pytestmark = [pytest.mark.sql, pytest.mark.django_db]


def declared(kind: type[models.BaseConstraint]) -> dict[str, tuple[type[models.Model], Any]]:
    """Every constraint of a kind by its name, with its model."""
    return {c.name: (m, c) for m in own_models() for c in m._meta.constraints if isinstance(c, kind)}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_checks__refuse_the_row_they_speak_of(name: str) -> None:
    model, _ = declared(models.CheckConstraint)[name]
    shelf = Shelf()
    shelf.store(model)
    refused(name, model, lambda: shelf.store(model, **_resolved(model, shelf, CHECKS[name])))


@pytest.mark.parametrize("name", sorted(UNIQUES))
def test_uniqueness__refuses_the_second_row(name: str) -> None:
    model, constraint = declared(models.UniqueConstraint)[name]
    shelf, (both, other) = Shelf(), UNIQUES[name]
    first = shelf.store(model, **_resolved(model, shelf, both))
    same = {field: getattr(first, field) for field in constraint.fields}
    second = {**_resolved(model, shelf, both), **same, **_resolved(model, shelf, other)}
    refused(name, model, lambda: shelf.store(model, **second))


def test_constraints__each_has_a_write_it_refuses() -> None:
    assert {*CHECKS} == {*declared(models.CheckConstraint)}, "Write down a row that each new check refuses."
    assert {*UNIQUES} == {*declared(models.UniqueConstraint)}, "Write down a pair that each new uniqueness refuses."


def test_constraints__are_named_by_model_and_speak_to_people() -> None:
    default = models.BaseConstraint.default_violation_error_message
    for model in own_models():
        for constraint in model._meta.constraints:
            assert constraint.name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"), constraint.name
            assert constraint.violation_error_message != default, f"{constraint.name} says nothing a person could read"


def refused(name: str, model: type[models.Model], write: Any) -> None:
    """The write fails, and the database names this constraint; SQLite names the columns of a plain uniqueness."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    said = str(caught.value)
    _, constraint = {**declared(models.UniqueConstraint), **declared(models.CheckConstraint)}[name]
    columns = [model._meta.get_field(field).column for field in getattr(constraint, "fields", ())]
    listed = ", ".join(f"{model._meta.db_table}.{column}" for column in columns)
    assert name in said or (listed and f"UNIQUE constraint failed: {listed}" in said), said


def _resolved(model: type[models.Model], shelf: Shelf, values: dict[str, Any]) -> dict[str, Any]:
    """References by word: "one" is the row all others refer to, "another" a further one."""
    found = dict(values)
    for field, value in values.items():
        target = model._meta.get_field(field).related_model
        if target and value in ("one", "another"):
            found[field] = shelf.one(target) if value == "one" else shelf.store(target)
    return found
