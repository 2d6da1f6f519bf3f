"""The pages that are looked at, each with the person who reads it and the status it answers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One page as one person sees it; `reader` is a first name of the demonstration, empty before sign-in.

    `link` names a link to follow from there, to a page whose address only the database knows: that of `route`.
    """

    name: str
    path: str
    reader: str = "ines"
    status: int = 200
    link: str = ""
    route: str = ""


LEAD_TIME = "/metrics/change-lead-time"
PLACES = (
    Place("home", "/"),
    Place("home-organisation", "/", "silke"),
    Place("leadership", "/leadership/", "helen"),
    Place("teams", "/teams/"),
    Place("team", "/teams/observability/"),
    Place("team-about", "/teams/commerce/about/"),
    Place("team-about-stranger", "/teams/runtime/about/"),
    Place("token-delete", "/teams/commerce/about/", link="Delete", route="portal:token-delete"),
    Place("services", "/services/"),
    Place("service-new", "/services/new/", "silke"),
    Place("service-hand-over", "/services/saleor/hand-over/", "silke"),
    Place("service", "/services/saleor/"),
    Place("service-moved", "/services/oncall/"),
    Place("scorecard", "/teams/commerce/scorecard/"),
    Place("scorecard-quarter", "/teams/commerce/scorecard/2026-Q2/"),
    Place("scorecard-month", "/teams/commerce/scorecard/2026-06/"),
    Place("scorecard-week", "/teams/runtime/scorecard/2026-W34/", "silke"),
    Place("templates", "/scorecards/templates/", "silke"),
    Place("template-adopt", "/scorecards/templates/mixed/adopt/", "silke", 409),
    Place("metrics", "/metrics/"),
    Place("metrics-adopt", "/metrics/adopt/", "silke"),
    Place("metric-new", "/metrics/new/", "silke"),
    Place("metric-new-version", f"{LEAD_TIME}/new-version/", "silke"),
    Place("metric", f"{LEAD_TIME}/"),
    Place("metric-deprecated", "/metrics/recovered-within-a-day/", "rosa"),
    Place("metric-retired", "/metrics/hotfix-share/"),
    Place("metric-deprecate", f"{LEAD_TIME}/deprecate/", "rosa"),
    Place("metric-retire", "/metrics/recovered-within-a-day/retire/", "rosa"),
    Place("metric-move", "/metrics/recovered-within-a-day/move/", "rosa"),
    Place("metric-confirm", "/metrics/deployment-frequency/confirm/", "rosa"),
    Place("version", f"{LEAD_TIME}/v/2/"),
    Place("diff", f"{LEAD_TIME}/diff/1/2/"),
    Place("trend", f"{LEAD_TIME}/trend/"),
    Place("trend-break", f"{LEAD_TIME}/trend/?subject=team:commerce&grain=quarter"),
    Place("trend-bars", "/metrics/deployment-frequency/trend/?subject=team:observability&grain=week"),
    Place("evidence", f"{LEAD_TIME}/values/team:commerce/2026-Q2/"),
    Place("evidence-none", "/metrics/failed-deployment-recovery-time/values/team:insights/2026-W33/"),
    Place("governance", "/governance/", "silke"),
    Place("governance-look", "/governance/", "rosa"),
    Place("changes", "/governance/changes/"),
    Place("ornament", "/governance/ornaments/change-failure-rate/", "silke"),
    Place("proposal-goalpost", "/proposals/17/"),
    Place("responsibilities", "/governance/responsibilities/?team=commerce"),
    Place("audit", "/governance/audit/", "ruben"),
    Place("exemptions", "/governance/exemptions/"),
    Place("exemption", "/governance/exemptions/E-2/"),
    Place("exemption-new", "/governance/exemptions/new/"),
    Place("exemption-end", "/governance/exemptions/E-2/end/", "viktor"),
    Place("freezes", "/governance/freezes/"),
    Place("freeze-new", "/governance/freezes/new/"),
    Place("proposals", "/proposals/"),
    Place("proposal-in-review", "/proposals/28/", "silke"),
    Place("proposal-blocked", "/proposals/25/", "rosa"),
    Place("proposal-scheduled", "/proposals/29/"),
    Place("proposal-plain", "/proposals/new/scorecard_template/", "silke"),
    Place("proposal-edit", "/proposals/27/edit/", "rosa"),
    Place("proposal-words", f"/proposals/new/metric_definition/?key={LEAD_TIME.removeprefix('/metrics/')}", "rosa"),
    Place("proposal-life-edit", "/proposals/30/life/", "rosa"),
    Place("proposal-words-edit", "/proposals/27/words/", "rosa"),
    Place("agreements", "/teams/commerce/agreements/"),
    Place("agreement", "/teams/commerce/agreements/tooling/"),
    Place("agreement-write", "/teams/commerce/agreements/tooling/write/"),
    Place("annotations", "/annotations/"),
    Place("annotation-new", "/annotations/new/"),
    Place("annotation-retract", "/annotations/", link="Take back", route="portal:annotation-retract"),
    Place("data", "/data/"),
    Place("import-new", "/data/imports/new/"),
    Place("import-run", "/data/imports/3/", "silke"),
    Place("search", "/search/?q=lead"),
    Place("search-nothing", "/search/?q=zeppelin"),
    Place("words", "/help/words/"),
    Place("roles", "/help/roles/"),
    Place("problem", "/problems/needs_a_person/"),
    Place("account", "/account/"),
    Place("inbox", "/inbox/", "silke"),
    Place("inbox-all", "/inbox/?show=all", "rosa"),
    Place("inbox-empty", "/inbox/", "ruben"),
    Place("mail-settings", "/settings/notifications/"),
    Place("reviews", "/reviews/"),
    Place("review-generated", "/reviews/targets/14/", "otto"),
    Place("review-open", "/reviews/targets/4/", "viktor"),
    Place("review-closed", "/reviews/targets/1/"),
    Place("gallery", "/gallery/", "ruben"),
    Place("sign-in", "/sign-in/", ""),
    Place("reset-ask", "/password-reset/", ""),
    Place("reset-asked", "/password-reset/asked/", ""),
    Place("reset-done", "/password-reset/done/", ""),
    Place("reset-old-link", "/password-reset/MQ/old/", ""),
    Place("api-docs", "/docs/api/"),
    Place("absent", "/teams/nowhere/", "ines", 404),
    Place("forbidden", "/gallery/", "ines", 403),
    Place("unreadable", "/teams/?sort=value", "ines", 400),
)
