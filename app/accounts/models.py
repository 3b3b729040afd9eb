# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of people: roles, log-ins, second factors, invitations, links sent by e-mail, service accounts."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from app.access import Actor, Role
from app.db import Base, Instant, demonstrating


class Person(Base):
    """Somebody with an account. Erased: ``erased_at`` is set, name and address are gone, the number stays."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(5), default="it")
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    totp_secret: Mapped[str] = mapped_column(String(64), default="")
    totp_last: Mapped[int] = mapped_column(default=0)
    demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    assignments: Mapped[list["Assignment"]] = relationship(
        back_populates="person", order_by="Assignment.id", cascade="all, delete-orphan", lazy="raise_on_sql"
    )
    passkeys: Mapped[list["Passkey"]] = relationship(
        order_by="Passkey.id", cascade="all, delete-orphan", lazy="raise_on_sql"
    )

    @property
    def active(self) -> bool:
        """Whether they come in and are told things; accounts made up for trying the site only where it is for that."""
        if self.demonstration and not demonstrating(object_session(self)):
            return False
        return self.disabled_at is None and self.erased_at is None and self.confirmed_at is not None

    @property
    def actor(self) -> Actor:
        """What the policy looks at."""
        return Actor(self.id, frozenset((Role(item.role), item.scope) for item in self.assignments))


class Assignment(Base):
    """A role of a person, for a body or a theme (its slug), or for the whole site (empty)."""

    __tablename__ = "assignments"
    __table_args__ = (UniqueConstraint("person_id", "role", "scope"), Index("ix_assignments_scope", "role", "scope"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(120), default="")

    person: Mapped[Person] = relationship(back_populates="assignments")


class SignIn(Base):
    """One log-in of a person on one browser; its cookie carries a token of which only the digest is kept."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    how: Mapped[str] = mapped_column(String(20))
    browser: Mapped[str] = mapped_column(String(200), default="")
    began_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship()


class Attempt(Base):
    """One failed attempt, under the digest of the account or of the network address it came from."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_subject", "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)


class Invitation(Base):
    """An invitation to a mailbox with the role it will have; used once, before it expires."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    role: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(5), default="it")
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class Link(Base):
    """A link sent to a person by e-mail (`reset`, `change-email`); used once, before it expires."""

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    target: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class RecoveryCode(Base):
    """A code that stands in once for the second factor."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    code_digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class Passkey(Base):
    """A passkey of a person."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(String(400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class ExternalIdentity(Base):
    """The name a person has at an identity provider."""

    __tablename__ = "external_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(200))
    linked_at: Mapped[datetime] = mapped_column(Instant)


class ServiceAccount(Base):
    """A programme that may use the interface, with the scopes of its token; ``body``: for whom it writes drafts."""

    __tablename__ = "service_accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(String(120), default="", server_default="")
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
