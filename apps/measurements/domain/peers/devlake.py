"""Apache DevLake's four delivery metrics, written from its documentation: devlake.apache.org, Metrics, the DORA pages.

Its deployments are those that succeeded in production. Every median of its dashboards is the lower of the two in the
middle. Drills are no incidents, and an incident stands once, with the service in which it began.
"""

import polars as pl

from apps.measurements.domain.peers.shapes import Days, PeerCount, PeerFacts, week_of

SECOND = 1_000_000


def change_failure_rate(facts: PeerFacts, days: Days) -> PeerCount:
    """Deployments to which an incident is tied, out of all that finished in the days ("DORA - Change Failure Rate")."""
    failed = tied(facts).select("service", "key", top=pl.lit(value=True)).unique()
    done = _finished(facts, days).join(failed, on=["service", "key"], how="left")
    found = done.select("service", "key", at="finished_at", top=pl.col("top").fill_null(value=False))
    top = int(found["top"].sum())
    return PeerCount(top / found.height if found.height else None, top, found.height, found)


def recovery_time(facts: PeerFacts, days: Days) -> PeerCount:
    """From a deployment to the end of each incident tied to it ("DORA - Failed Deployment Recovery Time")."""
    ended = tied(facts).filter(_inside(days) & pl.col("resolved_at").is_not_null())
    length = pl.col("resolved_at") - pl.col("finished_at")
    return _middle(ended.select("incident_service", "incident", at="finished_at", length=length))


def lead_time(facts: PeerFacts, days: Days) -> PeerCount:
    """From a change's first commit to the deployment that carried it ("DORA - Lead Time for Changes")."""
    carried = facts.changes.join(
        _finished(facts, days), left_on=["service", "deployment"], right_on=["service", "key"], how="inner"
    )
    length = pl.col("finished_at") - pl.col("first_commit_at")
    return _middle(carried.select("service", "key", at="finished_at", length=length).filter(pl.col("length") >= 0))


def deployment_frequency(facts: PeerFacts, days: Days) -> PeerCount:
    """The middle of the weeks by their days with a deployment, 0 included ("DORA - Deployment Frequency")."""
    done = _finished(facts, days)
    on = done["day"].unique().to_list()
    by_week = sorted(sum(week_of(day) == week for day in on) for week in days.weeks)
    found = done.select("service", "key", at="finished_at", top=pl.lit(value=False))
    return PeerCount(float(by_week[(len(by_week) - 1) // 2]), len(on), len(by_week), found)


def tied(facts: PeerFacts) -> pl.DataFrame:
    """Each incident with the deployment, of whatever service, that finished last strictly before it began.

    Of several that finished in the same instant the first by key stands ("DORA - Change Failure Rate").
    """
    done = (
        _deployed(facts).sort("finished_at", "key", "service").unique("finished_at", keep="first", maintain_order=True)
    )
    begun = (
        facts.incidents.filter(
            (pl.col("kind") == "incident") & (pl.col("role") == "origin") & pl.col("started_at").is_not_null()
        )
        .sort("started_at", "key", "service")
        .unique("key", keep="first", maintain_order=True)
    )
    return begun.select("started_at", "resolved_at", incident_service="service", incident="key").join_asof(
        done, left_on="started_at", right_on="finished_at", coalesce=False, allow_exact_matches=False
    ).filter(pl.col("key").is_not_null())  # fmt: skip


def _deployed(facts: PeerFacts) -> pl.DataFrame:
    is_done = (pl.col("environment") == "production") & (pl.col("status") == "succeeded")
    return facts.deployments.filter(is_done).unique(["service", "key"])


def _finished(facts: PeerFacts, days: Days) -> pl.DataFrame:
    return _deployed(facts).filter(_inside(days))


def _inside(days: Days) -> pl.Expr:
    return pl.col("day").is_between(days.first, days.end, closed="left")


def _middle(lengths: pl.DataFrame) -> PeerCount:
    """The median of lengths in us, in seconds: of an even number the lower of the two in the middle."""
    known = lengths.filter(pl.col("length").is_not_null())
    in_order, n = known["length"].sort(), known.height
    service, key = known.columns[:2]
    found = known.select(pl.col(service).alias("service"), pl.col(key).alias("key"), "at", top=pl.lit(value=False))
    return PeerCount(in_order[(n - 1) // 2] / SECOND if n else None, 0, n, found)
