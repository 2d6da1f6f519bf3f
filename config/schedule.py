"""The static beat schedule: every duty stands in a table, so beat only nudges each table once a minute."""

EVERY_MINUTE = 60.0

BEAT_SCHEDULE = {
    "audit-note-heads": {"task": "audit.note_heads", "schedule": EVERY_MINUTE},
    "integrations-abandon-forgotten-imports": {
        "task": "integrations.abandon_forgotten_imports",
        "schedule": EVERY_MINUTE,
    },
    "measurements-ask-closed-periods": {"task": "measurements.ask_closed_periods", "schedule": EVERY_MINUTE},
    "measurements-recompute-cells": {"task": "measurements.recompute_cells", "schedule": EVERY_MINUTE},
    "incidents-remind-of-actions": {"task": "incidents.remind_of_actions", "schedule": EVERY_MINUTE},
    "measurements-follow-actions": {"task": "measurements.follow_actions", "schedule": EVERY_MINUTE},
    "scorecards-freeze-due-cards": {"task": "scorecards.freeze_due_cards", "schedule": EVERY_MINUTE},
    "governance-run-previews": {"task": "governance.run_previews", "schedule": EVERY_MINUTE},
    "governance-move-proposals": {"task": "governance.move_proposals", "schedule": EVERY_MINUTE},
    "governance-remind": {"task": "governance.remind", "schedule": EVERY_MINUTE},
    "objectives-read-indicators": {"task": "objectives.read_indicators", "schedule": EVERY_MINUTE},
    "objectives-keep-samples": {"task": "objectives.keep_samples", "schedule": EVERY_MINUTE},
    "notifications-send-mail": {"task": "notifications.send_mail", "schedule": EVERY_MINUTE},
    "objectives-evaluate-due": {"task": "objectives.evaluate_due", "schedule": EVERY_MINUTE},
    "reviews-generate-due-reviews": {"task": "reviews.generate_due_reviews", "schedule": EVERY_MINUTE},
}
