"""People who sign in, and the roles they hold in the whole organisation."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models import Q

from apps.accounts.domain import SYSTEM, OrganisationRole
from apps.audit import operations as audit
from apps.core import clock


class UserManager(BaseUserManager["User"]):
    """Makes people; the mail address is the sign-in."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person who may sign in."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator who may open Django's admin: the first person, or the way back in when none is left."""
        with transaction.atomic():
            user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
            grant = RoleGrant.objects.create(user=user, role=OrganisationRole.ADMIN, from_at=clock.now())
            audit.record("role_grant.created", subject=grant, by=SYSTEM, data={"role": grant.role})
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. People appear as members, signers and audit actors, never beside a measurement."""

    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(null=True, blank=True)
    theme = models.CharField(
        max_length=5, choices=[("auto", "As the system"), ("light", "Light"), ("dark", "Dark")], default="auto"
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.full_name


class SignInTry(models.Model):
    """A try to sign in that has not succeeded; kept for the hour in which it counts. The mail address is hashed."""

    mail_sha256 = models.CharField(max_length=64)
    address = models.CharField(max_length=50, blank=True)
    tried_at = models.DateTimeField()

    class Meta:
        verbose_name = "try to sign in"
        indexes = [
            models.Index(fields=["mail_sha256", "tried_at"], name="accounts_try_by_mail"),  # counted at each try
            models.Index(fields=["address", "tried_at"], name="accounts_try_by_address"),  # counted at each try
        ]

    def __str__(self) -> str:
        return f"{self.tried_at:%Y-%m-%d %H:%M}"


class RoleGrant(models.Model):
    """A role in the whole organisation, from a time until a time."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in OrganisationRole])
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "role grant"
        constraints = [
            models.CheckConstraint(
                name="accounts_rolegrant_ends_after_start",
                condition=Q(until_at=None) | Q(until_at__gt=models.F("from_at")),
                violation_error_message="A role ends after it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"
