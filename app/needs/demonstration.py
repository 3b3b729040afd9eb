# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests made up for trying the site, in every state, between the demonstration accounts; labelled on every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.cities import queries as registers
from app.needs import proposals, queries, service
from app.needs.models import Need
from app.needs.proposals import Begin
from app.needs.rules import Wanted
from app.needs.service import Deed
from app.solutions.models import Solution

DAYS = 10
PAYMENTS = ("gateway-pagamenti-linea-comune-firenze", "nodo-pagamenti-roma")
AGREEMENT = "convenzione-quadro-comuni-unioni-bologna"
DESK = "suap-metropolitano-bologna"


@dataclass(frozen=True)
class Made:
    """One request: whose it is, how many days ago it was posted, in how many it is needed, what it says."""

    city: str
    person: str
    ago: int
    ahead: int
    problem: str
    themes: tuple[str, ...]
    formats: tuple[str, ...] = ()
    visibility: str = "public"

    def wanted(self, now: datetime) -> Wanted:
        day = (now + timedelta(days=self.ahead)).date()
        return Wanted(self.problem, day, "", self.themes, {}, self.formats, self.visibility)


#: What the made-up cities ask for, by a name used below.
REQUESTS: Mapping[str, Made] = {
    "open": Made(
        "bologna",
        "funzionario.bologna",
        3,
        150,
        "Una centrale di committenza che serva anche i Comuni piccoli. Oggi 30 Comuni sotto i 5.000 abitanti fanno "
        "gare da soli, con uno o due addetti: i tempi si allungano e le offerte sono poche. Cerchiamo chi ha già una "
        "convenzione, un tariffario e una piattaforma condivisa, e vorremmo vedere come ha convinto i Comuni.",
        ("cuc", "appalti"),
        ("colloquio", "trasferimento"),
    ),
    "asked": Made(
        "bari",
        "referente.bari",
        6,
        260,
        "Pagamenti dei Comuni su un solo nodo. I nostri Comuni usano quattro fornitori diversi e nessuno ha la "
        "rendicontazione in tempo reale. Ci serve un gestore unico dei pagamenti verso le amministrazioni, con "
        "l'esperienza di chi lo ha già avviato.",
        ("pagamenti-digitali",),
        ("visita",),
    ),
    "offered": Made(
        "torino",
        "funzionario.torino",
        12,
        150,
        "Come tenere insieme i Comuni e le Unioni in una convenzione quadro. Abbiamo 312 Comuni e molti accordi "
        "diversi per le stesse funzioni: vogliamo un solo quadro a cui aderire per singole funzioni.",
        ("gestione-associata", "unioni-di-comuni"),
    ),
    "anonymous": Made(
        "torino",
        "referente.torino",
        2,
        260,
        "Lavoro agile stabile per il personale di front office. Dopo la sperimentazione vogliamo regole, indicatori e "
        "strumenti che reggano anche con lo sportello aperto al pubblico ogni giorno.",
        ("lavoro-agile", "personale"),
        visibility="anonymous",
    ),
    "matched": Made(
        "bari",
        "referente.bari",
        40,
        260,
        "Uno sportello unico per le imprese che valga per tutti i Comuni. Oggi ogni Comune ha moduli e tempi propri: "
        "vogliamo moduli uguali, una banca dati comune e un gruppo che tenga aggiornate le regole.",
        ("suap",),
        ("trasferimento",),
    ),
    "closed": Made(
        "bologna",
        "referente.bologna",
        90,
        30,
        "Un metodo per raccogliere i fabbisogni di assistenza tecnica dei Comuni. Le richieste arrivano per telefono e "
        "posta e non sappiamo quali siano le più urgenti.",
        ("assistenza-ai-comuni",),
    ),
    "withdrawn": Made(
        "torino",
        "funzionario.torino",
        20,
        150,
        "Un modello di bando per gli spazi di lavoro condivisi nei Comuni montani.",
        ("lavoro-agile",),
    ),
}


def make(session: Session, people: Mapping[str, int], now: datetime, begin: Begin | None = None) -> int:
    """Create the requests, once. ``people``: person by mailbox, as `referente.bari`. Answers how many were created.

    With ``begin`` the accepted one begins its twinning.
    """
    cities = {city.slug: city for city in registers.all_bodies(session)}
    if queries.demonstration_needs(session) or not ({made.person for made in REQUESTS.values()} <= people.keys()):
        return 0
    posted: dict[str, Need] = {}
    for name, made in REQUESTS.items():
        deed = Deed(people[made.person], now - timedelta(days=made.ago))
        posted[name] = service.publish_new(session, cities[made.city], made.wanted(deed.now), deed)
        posted[name].demonstration = True
    deed = Deed(people["referente.bari"], now - timedelta(days=1))
    service.join(session, posted["open"].id, cities["bari"], "Abbiamo lo stesso problema con 41 Comuni.", deed)
    draft = Wanted("Un cruscotto degli indicatori del piano strategico", themes=("monitoraggio",))
    author = Deed(people["funzionario.bologna"], now)
    service.draft(session, cities["bologna"], draft, author).demonstration = True
    _answer(session, posted, people, now, begin)
    _end(session, posted, people, now)
    return len(posted) + 1


def _answer(
    session: Session, posted: Mapping[str, Need], people: Mapping[str, int], now: datetime, begin: Begin | None
) -> None:
    """One request waits for a giver, one got an offer, one was accepted."""
    there = queries.solutions_by_slug(session, (*PAYMENTS, AGREEMENT, DESK))
    asking, answering = people["referente.bari"], people["referente.bologna"]
    if set(PAYMENTS) <= there.keys():
        deed, number = Deed(asking, now - timedelta(days=5)), posted["asked"].id
        items = [_item(there[slug], rank) for rank, slug in enumerate(PAYMENTS, 1)]
        service.remember_shown(session, posted["asked"], items, "dimostrazione", deed.now)
        proposals.ask(session, number, items[0], "Possiamo sentirci per due ore?", DAYS, deed)
    if AGREEMENT in there:
        words = "Possiamo mostrarvi la convenzione quadro e gli accordi attuativi, con chi li ha scritti."
        deed = Deed(answering, now - timedelta(days=4))
        proposals.offer(session, posted["offered"].id, AGREEMENT, words, DAYS, deed)
    if DESK in there and begin is not None:
        deed, number = Deed(asking, now - timedelta(days=38)), posted["matched"].id
        words = "Vorremmo partire dai moduli comuni."
        made = proposals.ask(session, number, _item(there[DESK], 1), words, DAYS, deed)
        proposals.accept(session, made.id, Deed(answering, now - timedelta(days=35)), begin)


def _end(session: Session, posted: Mapping[str, Need], people: Mapping[str, int], now: datetime) -> None:
    """One request is closed with its outcome, one was taken back."""
    words = "Abbiamo ripreso la scheda dei fabbisogni letta nella biblioteca; la usiamo da un mese."
    deed = Deed(people["referente.bologna"], now - timedelta(days=15))
    service.close(session, posted["closed"].id, "solved", words, deed)
    service.withdraw(session, posted["withdrawn"].id, Deed(people["funzionario.torino"], now - timedelta(days=18)))


def _item(solution: Solution, rank: int) -> dict[str, Any]:
    owner = solution.owner
    city, name = (owner.slug, owner.name) if owner else ("", "")
    return {"solution": solution.slug, "title": solution.title, "city": city, "city_name": name, "rank": rank}
