# SPDX-License-Identifier: AGPL-3.0-or-later
"""The refusals of the project: raised by services and rules, turned into answers by `web`."""


class Refused(Exception):
    """Something that was asked cannot be done; the message is a key, not a sentence."""

    status = 400


class NotFound(Refused):
    """The thing does not exist, or the person may not know that it does."""

    status = 404


class LinkGone(NotFound):
    """A link of a letter opens nothing: used, expired, replaced, never sent. The key is what such a link is for."""


class SignInNeeded(Refused):
    """Nobody is signed in, and this is not for everybody."""

    status = 401


class ConfirmationNeeded(Refused):
    """A sensitive step: the person must say again who they are."""

    status = 401


class Forbidden(Refused):
    """The person may not do this."""

    status = 403


class BodyClosed(Forbidden):
    """The body the person works for is no longer there: they read, but nothing more is begun in its name."""


class Invalid(Refused):
    """What was sent is wrong; ``problems`` maps each field to a message key, ``details`` to what its message says."""

    status = 422

    def __init__(self, problems: dict[str, str], details: dict[str, str] | None = None) -> None:
        super().__init__(", ".join(f"{field}: {key}" for field, key in problems.items()))
        self.problems = problems
        self.details = details or {}


class Conflict(Refused):
    """Somebody else changed the thing meanwhile."""

    status = 409


class Unavailable(Refused):
    """A part the answer needs is away or not installed; trying later may help."""

    status = 503


class Misconfigured(Exception):
    """The installation cannot start with these settings; the message says which and how to mend it."""
