# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a text tells how to reach a person: mailboxes and telephone numbers."""

import re

#: Mailboxes; numbers of the Italian plan with their code apart, or after the word that says what they are. A mailbox
#: begins where its letters do: a picture pasted as letters would be looked through again from each of them.
CONTACT = re.compile(
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b0\d{1,3}[ ./-]\d{5,8}\b"
    r"|\b3\d{2}[ ./-]\d{6,7}\b"
    r"|(?:\+39|\b(?:tel|telefono|cell|cellulare|fax)\b\.?:?) ?\d[\d ./-]{6,}",
    re.IGNORECASE,
)
#: How mailboxes of people are named, and words that only mailboxes of offices have.
PERSON = re.compile(r"^[^\W\d_]+[._][^\W\d_]{2,}@")
OFFICE = re.compile(
    r"(?:^|[._])(?:uffici?o?|settore|servizi[oe]?|area|dipartimento|direzione|segreteria|protocollo|sportello|suap|suape"
    r"|urp|info|pec|comune|cittametropolitana|polo|centro|staff|ambiente|mobilita|personale|gare|appalti|tributi|edilizia"
    r"|urbanistica|digitale|innovazione|statistica|cultura|sociale|turismo)(?=[._@])",
    re.IGNORECASE,
)


def holds_contact(text: str) -> bool:
    """Whether somebody can be written or called with what a text says."""
    return CONTACT.search(text) is not None


def is_personal(mailbox: str) -> bool:
    """Whether a mailbox looks like that of one person: `nome.cognome@ente.it`, and nothing of an office in it."""
    name, _, host = mailbox.strip().partition("@")
    certified = any(part in {"cert", "pec", "legalmail"} for part in host.lower().split("."))
    return PERSON.match(f"{name}@") is not None and OFFICE.search(f"{name}@") is None and not certified
