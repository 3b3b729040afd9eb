# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passwords as they are kept: Argon2id with the parameters OWASP recommends."""

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

#: OWASP Password Storage Cheat Sheet: Argon2id, 19 MiB, 2 rounds, 1 lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: Checked where no account exists, so that the answer takes as long.
NOBODY = HASHER.hash("nobody has this password")


def kept(password: str) -> str:
    return HASHER.hash(password)


def matches(held: str, typed: str) -> bool:
    """Whether the password is the one kept; takes as long for an account without one."""
    try:
        return HASHER.verify(held or NOBODY, typed) and bool(held)
    except (Argon2Error, InvalidHashError):
        return False
