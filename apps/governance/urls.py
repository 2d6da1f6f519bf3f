"""Pages of governance: proposals, and all that came into force."""

from django.urls import path

from apps.governance.views import acts, drafting, lists, proposal

app_name = "governance"
urlpatterns = [
    path("governance/", lists.home, name="home"),
    path("governance/changes/", lists.changes, name="changes"),
    path("proposals/", lists.proposal_list, name="proposal-list"),
    path("proposals/new/<slug:kind>/", drafting.proposal_create, name="proposal-create"),
    path("proposals/<int:number>/", proposal.proposal, name="proposal"),
    path("proposals/<int:number>/edit/", drafting.proposal_edit, name="proposal-edit"),
    path("proposals/<int:number>/submit/", acts.submit, name="proposal-submit"),
    path("proposals/<int:number>/sign/", acts.sign, name="proposal-sign"),
    path("proposals/<int:number>/comment/", acts.comment, name="proposal-comment"),
    path("proposals/<int:number>/request-changes/", acts.request_changes, name="proposal-request-changes"),
    path("proposals/<int:number>/reject/", acts.reject, name="proposal-reject"),
    path("proposals/<int:number>/withdraw/", acts.withdraw, name="proposal-withdraw"),
    path("proposals/<int:number>/requests/<int:pk>/take-back/", acts.take_back, name="request-take-back"),
    path("proposals/<int:number>/requests/<int:pk>/dismiss/", acts.dismiss, name="request-dismiss"),
]
