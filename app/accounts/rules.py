# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a good password is, how long attempts must wait, how tokens are kept, who may give which role."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network
from typing import TYPE_CHECKING

import pyotp

from app.access import OF_BODY, OF_THEME, Actor, Role
from app.later import later
from app.text.folding import fold

if TYPE_CHECKING:
    import zxcvbn
else:
    # Its lists of common passwords take twelve megabytes, and few choose a password.
    zxcvbn = later("zxcvbn")

#: States by which a list of people is narrowed, as its address names them; those without a role belong to no body.
STATES = ("attive", "disattivate", "senza-ruolo")
MAX_SOUGHT = 100

MIN_PASSWORD = 12
MAX_PASSWORD = 128
#: Estimated by zxcvbn against lists of common passwords, names and patterns; 3 of 4 is "safely unguessable" online.
MIN_STRENGTH = 3
#: zxcvbn refuses more; what follows only makes a password stronger.
ESTIMATED_LENGTH = 72

INVITATION_LASTS = timedelta(days=14)
RESET_LASTS = timedelta(minutes=60)
SECOND_FACTOR_LASTS = timedelta(minutes=10)
IDLE_ENDS = timedelta(hours=12)
SIGN_IN_ENDS = timedelta(days=7)
CONFIRMATION_LASTS = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=10)

WINDOW = timedelta(minutes=15)
#: Failures in the window after which an account, or a network address, waits.
MOST_FOR_ACCOUNT = 6
MOST_FOR_ADDRESS = 40
RECOVERY_CODES = 10
MOST_PASSKEYS = 10
#: A code of the steps just before and after is taken too: clocks differ.
STEP_SECONDS, STEPS_ASIDE = 30, 1
#: Roles whose loss would hurt others: they are urged to set up a second factor.
STRONG_ROLES = frozenset({Role.REFERENT, Role.EXPERT, Role.COORDINATOR, Role.ADMINISTRATOR})

#: What a service account may be let do.
WRITE_DRAFTS = "write-drafts"
READ_METRICS = "read-metrics"
SCOPES = ("read-library", "read-members", WRITE_DRAFTS, READ_METRICS)
#: While the database is away, whoever watches is let in this long after it last said who they are.
WATCHER_KNOWN = timedelta(days=1)
SERVICE_DAYS = (30, 90, 180, 365)
#: What somebody types who wants their account erased.
ERASE_WORD = "cancella"

SIGN_INS_KEPT = timedelta(days=90)
LINKS_KEPT = timedelta(days=30)
INVITATIONS_KEPT = timedelta(days=365)
ATTEMPTS_KEPT = timedelta(days=1)

#: Browsers and systems as their own lines name them; the first that fits counts, for most claim to be others as well.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)

MAILBOX = re.compile(
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}$"
)
OWN_PATH = re.compile(r"^/(?![/\\])[^\x00-\x20\\\x7f]{0,1000}\Z")


def network_of(address: str) -> str:
    """What is counted as one place on the net: an IPv4 address, the /64 of an IPv6 one; anything else as it is.

    One connection is given a whole /64, and may use another address of it each time.
    """
    try:
        found = IPv6Address(address)
    except ValueError:
        return address
    return str(found.ipv4_mapped or IPv6Network((int(found), 64), strict=False))


def password_problem(password: str, told: Iterable[str] = ()) -> str:
    """Key of what is wrong with a new password, empty where nothing is. ``told``: name and address of the person."""
    if len(password) < MIN_PASSWORD:
        return "password_short"
    if len(password) > MAX_PASSWORD:
        return "password_long"
    words = sorted({word for text in told for word in _words(text)}, key=len, reverse=True)
    return "" if _strong(password, words) and _strong(_without(password, words), words) else "password_common"


def _strong(password: str, words: list[str]) -> bool:
    return bool(password) and zxcvbn.zxcvbn(password[:ESTIMATED_LENGTH], user_inputs=words)["score"] >= MIN_STRENGTH


def _without(password: str, words: list[str]) -> str:
    """The password without name and address of the person: whoever guesses begins with those."""
    left = password.lower()
    for word in words:
        left = left.replace(word, " ")
    return " ".join(left.split())


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^\w]+", text.lower()) if len(word) > 2] + [text.lower()]


def new_token() -> str:
    """A secret for a link or a cookie: 256 bits."""
    return secrets.token_urlsafe(32)


def new_service_token() -> str:
    """A token for a programme; its beginning lets scanners of code recognise one that leaked."""
    return f"twm_{secrets.token_urlsafe(32)}"


def digest(token: str) -> str:
    """What is kept of a secret of 256 bits; no salt needed, nobody can guess the secret."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def recovery_codes() -> list[str]:
    """Ten codes of 50 bits, as `abcde-fghij`."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return [
        "".join(secrets.choice(letters) for _ in range(5)) + "-" + "".join(secrets.choice(letters) for _ in range(5))
        for _ in range(RECOVERY_CODES)
    ]


def recovery_digest(person_id: int, code: str) -> str:
    """What is kept of a recovery code: 50 bits could be tried out one by one, so each try is made slow."""
    salt = f"recovery:{person_id}".encode()
    return hashlib.scrypt(code.encode("utf-8", "replace"), salt=salt, n=2**14, r=8, p=1, dklen=32).hex()


def new_totp_secret() -> str:
    """A secret for an app that shows codes: 160 bits."""
    return pyotp.random_base32()


def totp_address(secret: str, email: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Twin Metro")


def totp_step(secret: str, typed: str, now: datetime, after: int) -> int:
    """The time step of a code that is right and later than the last one used, else 0."""
    code = re.sub(r"\s", "", typed)
    if not secret or not re.fullmatch(r"[0-9]{6}", code):
        return 0
    here = int(now.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(secret)
    for step in range(here - STEPS_ASIDE, here + STEPS_ASIDE + 1):
        if step > after and secrets.compare_digest(app.at(step * STEP_SECONDS), code):
            return step
    return 0


def browser_name(agent: str) -> str:
    """Browser and system of a browser's own line, as `Firefox, Windows`, without what changes at every update."""
    found = [next((name for mark, name in kinds if mark in agent), "") for kinds in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found))


def tidy_code(typed: str) -> str:
    """A recovery code as it is kept, however it was typed."""
    letters = re.sub(r"[^a-z0-9]", "", typed.lower())[:10]
    return f"{letters[:5]}-{letters[5:]}"


def wait_seconds(failures: Sequence[datetime], most: int, now: datetime) -> int:
    """Seconds to wait before another attempt; 0 where it may be made at once. ``failures`` of the window, any order."""
    recent = sorted(at for at in failures if now - at < WINDOW)
    if len(recent) < most:
        return 0
    return max(1, int((recent[-most] + WINDOW - now).total_seconds()))


def tidy_email(typed: str) -> str:
    """A mailbox as it is kept: without spaces, in lower case."""
    return typed.strip().lower()[:254]


def is_mailbox(text: str) -> bool:
    return bool(MAILBOX.match(text)) and ".." not in text


def own_path(wanted: str | None) -> str:
    """The path where it leads to a page of this site, else empty: `//other`, `/\\other` and addresses are refused."""
    return wanted if wanted and OWN_PATH.match(wanted) else ""


#: What somebody was about to do who has to sign in first, by the page they come back to.
PURPOSES = {"/richieste/nuova": "request", "/segui": "follow", "/soluzioni/nuova": "write"}


def purpose(wanted: str, root: str = "") -> str:
    """What the path after the log-in, under ``root``, is for: a key, `page` for any other path, empty without one."""
    path = wanted.partition("?")[0].removeprefix(root)
    return PURPOSES.get(path, "page" if wanted else "")


def scope_problem(role: Role, scope: str, bodies: frozenset[str], themes: frozenset[str]) -> str:
    """Key of what is wrong with the scope of a role, empty where nothing is."""
    if role in OF_BODY:
        return "" if scope in bodies else "unknown_body"
    if role in OF_THEME:
        return "" if scope in themes else "unknown_theme"
    return "scope_not_needed" if scope else ""


def may_decide_about(actor: Actor, person: Actor) -> bool:
    """Whether somebody may keep a person out or erase them: of administrators only an administrator decides."""
    return actor.is_a(Role.ADMINISTRATOR) or not person.is_a(Role.ADMINISTRATOR)


def may_give(actor: Actor, role: Role, scope: str) -> bool:
    """Whether a person may give a role: referents for their own body, the coordination anything but administrator."""
    if actor.is_a(Role.ADMINISTRATOR):
        return role is not Role.SERVICE
    if actor.is_a(Role.COORDINATOR):
        return role not in {Role.ADMINISTRATOR, Role.SERVICE}
    return role in OF_BODY and scope in actor.of(Role.REFERENT)


def is_meant(sought: str, *names: str) -> bool:
    """Whether somebody with these names and addresses is looked for: each word is part of one, whatever its accents."""
    folded = fold(" ".join(names))
    return all(word in folded for word in fold(sought).split())
