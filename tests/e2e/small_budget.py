"""A small database for journeys about budgets: the demonstration's people, and a promise of Commerce that is exhausted.

Run as a program, it fills the database of the environment: `python -m tests.e2e.small_budget`.
"""

from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
# The business date of the demonstration; counts come until a moment before.
NOW = datetime(2026, 8, 24, 10, tzinfo=UTC)


def fill() -> None:
    """Tables, people, an SLI of Saleor with four weeks of counts, two SLOs on it, a policy, what was fired by it."""
    import django

    django.setup()
    from django.core.management import call_command

    from apps.accounts.models import User
    from apps.core import clock
    from apps.portal.demo import cast
    from apps.services.models import Service
    from apps.teams.models import Group
    from tests.budgets import evaluate_now, lay, make_objective, make_policy, spread
    from tests.personas import Organisation
    from tests.sampling import make_indicator, make_series

    call_command("migrate", verbosity=0)
    players = cast.Cast()
    with clock.playing(datetime(2023, 1, 2, 9, tzinfo=UTC)):
        cast.found_organisation(players)
    commerce, saleor, group = (
        players.teams["commerce"],
        Service.objects.get(slug="saleor"),
        Group.objects.earliest("pk"),
    )
    lead = User.objects.get(email="mara@example.org")
    world = Organisation(group, commerce, commerce, saleor, saleor, saleor, {"ana": lead}, {})
    with clock.playing(NOW):
        indicator = make_indicator(world, "shop-answers", name="Shops answer", slice_seconds=3600)
        strict = make_objective(world, indicator, "shops-sell", name="Shops sell")
        calm = make_objective(world, indicator, "shops-browse", name="Shops can be browsed", target="0.95")
        make_policy(world, "commerce-budget", name="Commerce's budget")
        lay(make_series(indicator), spread(NOW - 672 * HOUR, 672, 3600, 5_000, 1_284_500))
        evaluate_now([strict.pk, calm.pk])


if __name__ == "__main__":
    fill()
