"""Other tools whose rules are known here: what each says of itself, and which definitions it knows. A closed list."""

from collections.abc import Iterable

from apps.measurements.domain.peers import devlake
from apps.measurements.domain.peers.shapes import Peer, PeerRule
from apps.metrics.domain import starter

DEPLOYED = "Deployments that succeeded in production"
NO_EXCEPTION = "It knows no exemptions, and counts what was reported before its source was connected."
TIED = "An incident belongs to the last deployment of any service of the subject that finished before it began."
ANY_SERVICE = (
    "An incident belongs to the last deployment of all services together. A link here stays in the service in which it "
    "began, and follows what people named or ruled out."
)
NO_LIMIT = "There is no limit of time: an incident belongs to a deployment of months ago if none came since."
STRICTLY = "A deployment that finished in the instant in which an incident began is not tied to it. Here it may be."
INCIDENTS_ALONE = (
    "It looks at incidents alone. The definition here counts what its version says, which may be repairs by a later "
    "deployment."
)
CARRIED = (
    "It knows which deployment carried a change from the commits in its own copies of the repositories. Here it is the "
    "deployment that the change names; where none is named, the definition infers one and this rule counts nothing."
)
MEDIANS = "Of an even number of lengths it takes the lower of the two in the middle; here it is halfway between."

DEVLAKE = Peer(
    key="devlake",
    name="Apache DevLake",
    about=(
        "An open-source platform that collects data of engineering tools and shows the four delivery metrics of DORA "
        "on dashboards."
    ),
    written_in="devlake.apache.org, Metrics, the pages named DORA",
    rules={
        starter.CHANGE_FAILURE_RATE.slug: PeerRule(
            count=devlake.change_failure_rate,
            counts="deployments",
            reads=("deployments", "incidents"),
            unit="share",
            sum="{top} of {n} = {value}.",
            says=f"{DEPLOYED} to which at least one incident belongs, out of all that finished in the period. {TIED}",
            differs=(ANY_SERVICE, NO_LIMIT, STRICTLY, INCIDENTS_ALONE, NO_EXCEPTION),
        ),
        starter.RECOVERY_TIME.slug: PeerRule(
            count=devlake.recovery_time,
            counts="incidents",
            reads=("deployments", "incidents"),
            unit="seconds",
            sum="The middle of {n} incidents = {value}.",
            says=(
                "The median time from a deployment to the end of each incident that belongs to it, for deployments "
                f"that finished in the period. {TIED}"
            ),
            differs=(
                ANY_SERVICE,
                NO_LIMIT,
                STRICTLY,
                INCIDENTS_ALONE,
                "Incidents that go on are left out until they end.",
                MEDIANS,
                NO_EXCEPTION,
            ),
        ),
        starter.CHANGE_LEAD_TIME.slug: PeerRule(
            count=devlake.lead_time,
            counts="changes",
            reads=("changes", "deployments"),
            unit="seconds",
            sum="The middle of {n} changes = {value}.",
            says=(
                "The median time from the first commit of a change to the end of the deployment that carried it, for "
                "deployments that finished in the period."
            ),
            differs=(
                CARRIED,
                "It begins at the first commit; the definition here begins where its version says.",
                MEDIANS,
                NO_EXCEPTION,
            ),
        ),
        starter.DEPLOYMENT_FREQUENCY.slug: PeerRule(
            count=devlake.deployment_frequency,
            counts="deployments",
            reads=("deployments",),
            unit="count",
            sum="Days with a deployment: {top}. The middle one of {n} weeks has {value}.",
            noun="day",
            says=(
                "The median, over the weeks of the period, of how many days had at least one deployment that succeeded "
                "in production."
            ),
            differs=(
                "It counts days with a deployment, here deployments are counted. Three on one day are one day.",
                "It takes the middle week; here all of them are taken together, so one busy week shows.",
                "Weeks at the edges of the period count with the days that lie inside.",
                NO_EXCEPTION,
            ),
        ),
    },
)

PEERS = {peer.key: peer for peer in (DEVLAKE,)}


def rule_of(peer: Peer, names: Iterable[str]) -> PeerRule | None:
    """The rule of a tool for the definition that has or had one of these short names; None where it has none."""
    return next((peer.rules[name] for name in names if name in peer.rules), None)


def list_peers(names: Iterable[str]) -> list[Peer]:
    """The tools that know a definition, by the short names it has or had."""
    named = tuple(names)
    return [peer for peer in PEERS.values() if rule_of(peer, named) is not None]
