"""Django's admin with the portal's own site in place of the one that comes with it."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Every `admin.py` registers with this site."""

    default_site = "apps.accounts.admin_site.PortalAdminSite"
