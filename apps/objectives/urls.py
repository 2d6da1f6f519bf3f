"""Pages of objectives."""

from django.urls import include, path

from apps.objectives.views import agreeing, exporting, histories, importing, moving, retiring

app_name = "objectives"
urlpatterns = [
    path("", include("apps.objectives.urls_wiring")),  # before short names of objectives
    path("objectives/import/", importing.openslo_import, name="openslo-import"),
    path("objectives/move/", moving.agreements_move, name="agreements-move"),
    path("", include("apps.objectives.urls_pages")),
    path("proposals/new/sli/", agreeing.indicator_propose, name="indicator-propose"),
    path("proposals/new/slo/", agreeing.objective_propose, name="objective-propose"),
    path("proposals/new/budget_policy/", agreeing.policy_propose, name="policy-propose"),
    path("proposals/<int:number>/agreement/", agreeing.agreement_edit, name="agreement-edit"),
    path("objectives/indicators/<slug:slug>/versions/", histories.indicator_versions, name="indicator-versions"),
    path(
        "objectives/indicators/<slug:slug>/diff/<int:old>/<int:new>/", histories.indicator_diff, name="indicator-diff"
    ),
    path("objectives/policies/<slug:slug>/versions/", histories.policy_versions, name="policy-versions"),
    path("objectives/indicators/<slug:slug>/retire/", retiring.indicator_retire, name="indicator-retire"),
    path("objectives/policies/<slug:slug>/retire/", retiring.policy_retire, name="policy-retire"),
    path("objectives/<slug:slug>/retire/", retiring.objective_retire, name="objective-retire"),
    path("objectives/policies/<slug:slug>/diff/<int:old>/<int:new>/", histories.policy_diff, name="policy-diff"),
    path("objectives/<slug:slug>/openslo/", exporting.openslo, name="objective-openslo"),
    path("objectives/<slug:slug>/rules/", exporting.rules, name="objective-rules"),
    path("objectives/<slug:slug>/versions/", histories.objective_versions, name="objective-versions"),
    path("objectives/<slug:slug>/diff/<int:old>/<int:new>/", histories.objective_diff, name="objective-diff"),
]
