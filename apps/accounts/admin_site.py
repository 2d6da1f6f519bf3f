"""Django's admin as a whole: who may open it, and by which form."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from apps.accounts.domain import OrganisationRole
from apps.accounts.forms import StaffSignInForm


class PortalAdminSite(AdminSite):
    """Its pages show every team's rows, so being a superuser is not enough: the role of administrator decides."""

    login_form = StaffSignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff who hold the organisation's role of administrator at this moment."""
        if not super().has_permission(request):
            return False
        return bool(request.principal.holds(OrganisationRole.ADMIN))  # type: ignore[attr-defined]
