"""Pages of a person's own notices, and the way to a new password."""

from django.urls import path

from apps.notifications import views

app_name = "notifications"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.inbox_read, name="inbox-read"),
    path("inbox/mute/", views.inbox_mute, name="inbox-mute"),
    path("settings/notifications/", views.mail_settings, name="settings"),
    path("password-reset/", views.AskReset.as_view(), name="reset"),
    path("password-reset/asked/", views.ResetAsked.as_view(), name="reset-asked"),
    path("password-reset/done/", views.ResetDone.as_view(), name="reset-done"),
    path("password-reset/<uidb64>/<token>/", views.ConfirmReset.as_view(), name="reset-confirm"),
]
