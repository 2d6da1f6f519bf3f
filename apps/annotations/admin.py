"""Django's admin: chart marks are read here; they are written and taken back through their operations."""

from django.contrib import admin

from apps.annotations.models import Annotation
from apps.core.readonly_admin import ReadOnlyAdmin


@admin.register(Annotation)
class AnnotationAdmin(ReadOnlyAdmin):
    """Marks, those taken back included."""

    list_display = ("text", "kind", "team", "service", "starts_at", "ends_at", "retracted_at")
    list_filter = ("kind", "team")
    list_select_related = ("team", "service")
    ordering = ("-starts_at",)
