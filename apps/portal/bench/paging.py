"""Pages at five and at five hundred teams: queries, bytes and time."""

from functools import partial

from django.test import Client
from django.urls import reverse

from apps.accounts.domain import TeamRole
from apps.accounts.models import User
from apps.core import clock
from apps.core.work import run_now
from apps.governance import operations as governance
from apps.governance.domain.revisions import Asked, Category
from apps.portal.bench.asking import QUERIES, keeps, measured
from apps.portal.bench.organisation import STEWARD
from apps.portal.bench.previewing import changed_item
from apps.portal.bench.scratch import Figures, Tell, run_step, scratch_database
from apps.portal.bench.sizes import AS_OF, Size
from apps.teams.models import Membership, Team
from apps.teams.queries import principal_of_user

FEW = Size("pages-5", teams=5, services=10, deployments=2_000, changes=4_000, days=300)
MANY = Size("pages-500", teams=500, services=1_000, deployments=100_000, changes=200_000, days=300)
AUTHOR = "author@bench.example"
REASON = "From the merge on it is the same stretch in every service, and the one that a team can shorten."


def pages() -> Figures:
    """Queries, bytes and milliseconds of each page for somebody who belongs to a team."""
    client = Client(headers={"Host": "127.0.0.1"})
    with clock.playing(AS_OF):
        client.force_login(User.objects.get(email=STEWARD))
        addresses = {
            "home": reverse("portal:home"),
            "overview": reverse("portal:leadership"),
            "team": reverse("portal:team", args=["team-1"]),
            "proposal": reverse("governance:proposal", args=[_propose()]),
        }
        return {name: measured(partial(client.get, address)) for name, address in addresses.items()}


def _propose() -> int:
    """The number of a proposal in review that moves most teams, with its preview: what its signers read."""
    team = Team.objects.get(slug="team-0")
    author = User.objects.create_user(AUTHOR, full_name="Author")
    Membership.objects.create(user=author, team=team, role=TeamRole.TECH_LEAD, from_at=clock.now())
    by = principal_of_user(author, clock.now())
    asked = Asked((changed_item("lead time from merge"),), REASON, Category.IMPROVEMENT)
    proposal = governance.draft_proposal(asked=asked, by=by)
    run_now("governance.run_previews")
    proposal.refresh_from_db()
    return governance.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=by).number


def measure_pages(server: str, tell: Tell) -> Figures:
    """Every page at both sizes, and whether it keeps its budget."""
    few, many = (_pages_in(server, size, tell) for size in (FEW, MANY))
    return {name: {"few": few[name], "many": many[name], "met": _keeps(few[name], many[name])} for name in few}


def _keeps(few: Figures, many: Figures) -> bool:
    # What a page shows decides about a query or two; the number of teams must not.
    return bool(many["queries"] <= few["queries"] <= QUERIES and keeps(many))


def _pages_in(server: str, size: Size, tell: Tell) -> Figures:
    tell(f"pages with {size.teams} teams")
    with scratch_database(server, size.name) as url:
        run_step(url, "load", size=vars(size))
        run_step(url, "rebuild", runs=True, again=False)
        return run_step(url, "pages")
