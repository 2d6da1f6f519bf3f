"""Django's admin: people and the roles they hold in the whole organisation."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group

from apps.accounts.models import RoleGrant, User
from apps.audit import operations as audit
from apps.core.audited_admin import AuditedAdmin

# Django's groups of permissions decide nothing here: roles do.
admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(AuditedAdmin, UserAdmin):  # type: ignore[type-arg]
    """People; they leave by becoming inactive."""

    record = staticmethod(audit.record)
    list_display = ("email", "full_name", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "full_name")
    ordering = ("full_name",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "password", "full_name")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Dates", {"fields": ("joined_at", "last_login")}),
    )
    readonly_fields = ("last_login",)
    add_fieldsets = ((None, {"fields": ("email", "full_name", "usable_password", "password1", "password2")}),)


@admin.register(RoleGrant)
class RoleGrantAdmin(AuditedAdmin):
    """Roles in the organisation; one ends by its `until_at`."""

    record = staticmethod(audit.record)
    list_display = ("user", "role", "from_at", "until_at")
    list_filter = ("role",)
    list_select_related = ("user",)
    ordering = ("user__full_name", "from_at")
