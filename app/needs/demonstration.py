# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests made up for trying the site, in every state, between the demonstration accounts; labelled on every page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.cities import queries as registers
from app.cities.models import City
from app.document.dates import day_of
from app.needs import assigning, exchange_demonstration, proposal_queries, proposals, queries, rounds, rules, service
from app.needs.models import MatchingRound, Need
from app.needs.proposals import Begin
from app.needs.rules import Wanted
from app.needs.service import Deed
from app.search.engine import Engine
from app.solutions.models import Solution

DAYS = 10
PAYMENTS = ("gateway-pagamenti-linea-comune-firenze", "nodo-pagamenti-roma")
AGREEMENT = "convenzione-quadro-comuni-unioni-bologna"
SHARED = "prova-parco-attrezzature-comuni-bologna"
BUYING = "centrale-di-committenza-torino"
DESK = "suap-metropolitano-bologna"
UNIONS = "funzioni-unioni-di-comuni-bologna"
WATCHING = ("monitoraggio-piano-strategico-bologna", "monitoraggio-piano-strategico-firenze")
PACT = "patto-sviluppo-metropolis-torino"
RULES = "semplificazione-imprese-regole-comuni-torino"
#: Days that the made-up referents say their offices can give in each quarter.
DAYS_GIVEN = {"bologna": 20, "torino": 10, "bari": 5}


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
        day = day_of(now + timedelta(days=self.ahead))
        return Wanted(self.problem, day, "", self.themes, {}, self.formats, self.visibility)


#: The request that a round was run for, before the others were posted.
IN_ROUND = "in-round"
#: What the made-up cities ask for, by a name used below.
REQUESTS: Mapping[str, Made] = {
    IN_ROUND: Made(
        "bari",
        "referente.bari",
        9,
        220,
        "Una stazione unica appaltante per i Comuni non capoluogo. Dopo il nuovo codice quasi nessuno è qualificato e "
        "le gare si fermano: cerchiamo una convenzione e un'organizzazione già in funzione.",
        ("appalti", "cuc"),
        ("trasferimento",),
    ),
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
    "taught": Made(
        "bari",
        "referente.bari",
        330,
        400,
        "Un quadro unico per le funzioni associate dei Comuni. Ogni accordo nasce da solo, con tempi diversi, "
        "e nessuno ha la visione d'insieme: cerchiamo una convenzione quadro già provata.",
        ("gestione-associata",),
        ("trasferimento",),
    ),
    "halted": Made(
        "torino",
        "funzionario.torino",
        210,
        400,
        "Potenziare le funzioni conferite alle Unioni. Le nostre Unioni hanno poche persone e funzioni diverse: "
        "vogliamo capire da dove cominciare.",
        ("unioni-di-comuni",),
        ("visita",),
    ),
    "returned": Made(
        "bari",
        "referente.bari",
        395,
        440,
        "Attrezzature per le feste che ogni Comune compra e usa pochi giorni all'anno: vogliamo prestarcele.",
        ("gestione-associata",),
        ("trasferimento",),
    ),
    "adapting": Made(
        "bari",
        "referente.bari",
        190,
        500,
        "Gare comuni per i Comuni della costa. Vogliamo partire da una centrale di committenza che funziona e portarla "
        "nei nostri regolamenti.",
        ("cuc",),
        ("trasferimento",),
    ),
    "reusing": Made(
        "bari",
        "referente.bari",
        310,
        430,
        "Regole uguali per le imprese in tutti i Comuni. I regolamenti comunali dicono cose diverse sulle stesse "
        "pratiche: vogliamo testi comuni, adottati uno alla volta.",
        ("suap",),
        ("trasferimento",),
    ),
    "members": Made(
        "bologna",
        "referente.bologna",
        7,
        120,
        "Come si ripartiscono i costi di un ufficio comune quando un Comune esce a metà anno. Il caso è delicato: "
        "preferiamo parlarne solo con la rete.",
        ("gestione-associata",),
        ("colloquio",),
        visibility="members",
    ),
    "refused": Made(
        "torino",
        "funzionario.torino",
        16,
        200,
        "Un monitoraggio del piano strategico che serva a decidere. Oggi raccogliamo i dati una volta all'anno, quando "
        "le scelte sono già fatte.",
        ("monitoraggio",),
        ("colloquio",),
    ),
    "later": Made(
        "bari",
        "referente.bari",
        18,
        240,
        "Un patto per lo sviluppo con i Comuni e le imprese del territorio. Vorremmo vedere come si tiene insieme chi "
        "decide e chi investe.",
        ("sviluppo-economico",),
        ("colloquio",),
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


@dataclass(frozen=True)
class Play:
    """The made-up requests with their people, as the scenes below talk about them."""

    session: Session
    posted: Mapping[str, Need]
    people: Mapping[str, int]
    now: datetime
    begin: Begin | None

    def by(self, person: str, ago: int) -> Deed:
        return Deed(self.people[person], self.now - timedelta(days=ago))

    def ask(self, name: str, slugs: Sequence[str], deed: Deed, words: str) -> int | None:
        """Ask the first giver of a list; None where one of its solutions is not in the library."""
        there = queries.solutions_by_slug(self.session, slugs)
        if not set(slugs) <= there.keys():
            return None
        items = [_item(there[slug], rank) for rank, slug in enumerate(slugs, 1)]
        service.remember_shown(self.session, self.posted[name], items, "dimostrazione", deed.now)
        return proposals.ask(self.session, self.posted[name].id, items[0], words, DAYS, deed).id


def make(
    session: Session, people: Mapping[str, int], now: datetime, begin: Begin | None = None, engine: Engine | None = None
) -> int:
    """Create the requests, once. ``people``: person by mailbox, as `referente.bari`. Answers how many were created.

    With ``begin`` the accepted ones begin their twinnings, with an ``engine`` that has an index there are rounds too.
    """
    cities = {city.slug: city for city in registers.all_bodies(session)}
    if queries.demonstration_needs(session) or not ({made.person for made in REQUESTS.values()} <= people.keys()):
        return 0
    _give_days(session, cities, people, now)
    posted: dict[str, Need] = {}
    play = Play(session, posted, people, now, begin)
    with_rounds = engine if engine is not None and engine.generation() and "coordinamento" in people else None
    swapped = exchange_demonstration.make(session, with_rounds, cities, people, DAYS_GIVEN["bologna"], now)
    for name, made in REQUESTS.items():
        deed = Deed(people[made.person], now - timedelta(days=made.ago))
        posted[name] = service.publish_new(session, cities[made.city], made.wanted(deed.now), deed)
        posted[name].demonstration = True
        if name == IN_ROUND and with_rounds:
            made_round = _preview(session, with_rounds, "Prova: turno d’autunno", play.by("coordinamento", 8))
            rounds.publish(session, made_round.id, DAYS, play.by("coordinamento", 7))
    _join(play, "open", "bari", "Abbiamo lo stesso problema con 41 Comuni.", 1)
    _join(play, "taught", "torino", "Interessa anche a noi.", 320)
    draft = Wanted("Un cruscotto degli indicatori del piano strategico", themes=("monitoraggio",))
    service.draft(session, cities["bologna"], draft, play.by("funzionario.bologna", 0)).demonstration = True
    _ask(play)
    _agree(play)
    _refuse(play)
    _end(play)
    if with_rounds:
        session.flush()
        _preview(session, with_rounds, "Prova: turno d’inverno", play.by("coordinamento", 0))
    return len(posted) + len(swapped) + 1


def _preview(session: Session, engine: Engine, name: str, deed: Deed) -> MatchingRound:
    return rounds.preview(session, name, assigning.at_once(session, engine, deed.now), deed)


def _join(play: Play, name: str, body: str, words: str, ago: int) -> None:
    city = registers.by_slugs(play.session, [body])[body]
    service.join(play.session, play.posted[name].id, city, words, play.by(f"referente.{body}", ago))


def _give_days(session: Session, cities: Mapping[str, City], people: Mapping[str, int], now: datetime) -> None:
    quarters = rules.quarters_from(day_of(now))
    for body, days in DAYS_GIVEN.items():
        deed = Deed(people[f"referente.{body}"], now - timedelta(days=60))
        service.state_capacity(session, cities[body], dict.fromkeys(quarters, days), quarters, deed)


def _ask(play: Play) -> None:
    """One request waits for a giver after a question taken back, one got an offer."""
    second = play.ask("asked", PAYMENTS[1:], play.by("referente.bari", 5), "Ci mostrate il nodo?")
    if second is not None:
        proposals.withdraw(play.session, second, play.by("referente.bari", 5))
    play.ask("asked", PAYMENTS, play.by("referente.bari", 5), "Possiamo sentirci per due ore?")
    if AGREEMENT in queries.solutions_by_slug(play.session, [AGREEMENT]):
        words = "Possiamo mostrarvi la convenzione quadro e gli accordi attuativi, con chi li ha scritti."
        deed = play.by("referente.bologna", 4)
        proposals.offer(play.session, play.posted["offered"].id, AGREEMENT, words, DAYS, deed)


def _agree(play: Play) -> None:
    """Six were accepted: one runs in each phase, two are over, one was stopped (`app/twinnings/demonstration.py`)."""
    for name, solution, person, asked, answered, giver in (
        ("matched", DESK, "referente.bari", 38, 35, "referente.bologna"),
        ("taught", AGREEMENT, "referente.bari", 325, 320, "referente.bologna"),
        ("returned", SHARED, "referente.bari", 392, 390, "referente.bologna"),
        ("adapting", BUYING, "referente.bari", 185, 180, "referente.torino"),
        ("halted", UNIONS, "funzionario.torino", 205, 200, "referente.bologna"),
        ("reusing", RULES, "referente.bari", 300, 290, "referente.torino"),
    ):
        made = play.ask(name, [solution], play.by(person, asked), "Vorremmo partire da ciò che avete già scritto.")
        if made is not None and play.begin is not None:
            proposals.accept(play.session, made, play.by(giver, answered), play.begin, DAYS)


def _refuse(play: Play) -> None:
    """One was refused and passed on to a city that stays silent; one is answered: later."""
    made = play.ask("refused", WATCHING, play.by("funzionario.torino", 15), "Quanto lavoro chiede ogni anno?")
    if made is not None:
        words = "In questo trimestre le persone che lo seguono sono impegnate altrove."
        proposals.decline(play.session, made, "no-capacity", words, DAYS, play.by("referente.bologna", 12))
        for waiting in proposal_queries.pending(play.session, play.posted["refused"].id):
            proposals.look_at(play.session, waiting.id, DAYS, play.now - timedelta(days=1))
    made = play.ask("later", [PACT], play.by("referente.bari", 15), "Ci interessa come sono entrate le imprese.")
    if made is not None:
        day = day_of(play.now) + timedelta(days=45)
        proposals.postpone(play.session, made, day, "Dopo il bilancio.", DAYS, play.by("referente.torino", 13))


def _end(play: Play) -> None:
    """One request is closed with its outcome, one was taken back."""
    words = "Abbiamo ripreso la scheda dei fabbisogni letta nella biblioteca; la usiamo da un mese."
    session, posted = play.session, play.posted
    service.close(session, posted["closed"].id, "solved", words, play.by("referente.bologna", 15))
    service.withdraw(session, posted["withdrawn"].id, play.by("funzionario.torino", 18))


def _item(solution: Solution, rank: int) -> dict[str, Any]:
    owner = solution.owner
    city, name = (owner.slug, owner.name) if owner else ("", "")
    return {"solution": solution.slug, "title": solution.title, "city": city, "city_name": name, "rank": rank}
