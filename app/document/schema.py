# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fields and sections of a solution document: order, level, shape and an example of each."""

from dataclasses import dataclass
from enum import IntEnum

UNKNOWN = "non disponibile"


class Level(IntEnum):
    """How far a document has come; each level asks for what the ones before ask, and more."""

    DRAFT = 0
    SUBMITTED = 1
    VALIDATED = 2
    NEVER = 9


@dataclass(frozen=True)
class Field:
    """One front-matter field. ``shape`` names a check of `validate`; ``needed`` is the level that requires it."""

    name: str
    shape: str
    needed: Level
    example: str
    limit: int = 0
    choices: tuple[str, ...] = ()
    parts: tuple["Field", ...] = ()
    unknown_allowed: bool = False


@dataclass(frozen=True)
class Heading:
    """One section heading and the level that requires it."""

    title: str
    needed: Level


STATUSES = ("in-corso", "a-regime", "concluso", "interrotto", "non-disponibile")
BADGES = ("in-completamento", "visibile", "validata", "pronta")
VISIBILITIES = ("public", "members", "twin")
REUSE_RESULTS = ("adottata", "adattata")
KIT_KINDS = (
    "atto",
    "accordo",
    "regolamento",
    "modulistica",
    "manuale",
    "documento-tecnico",
    "programmazione",
    "formazione",
    "software",
    "pagina",
)
DATA_THEMES = ("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN")

#: A quarter has no more days than these, whoever gives them.
MAX_DAYS = 90

DRAFT, SUBMITTED, VALIDATED, NEVER = Level.DRAFT, Level.SUBMITTED, Level.VALIDATED, Level.NEVER

PERIOD = (
    Field("start", "date", NEVER, "'2018-05'", unknown_allowed=True),
    Field("end", "date", NEVER, "'2020'", unknown_allowed=True),
)

FIELDS: tuple[Field, ...] = (
    Field("title", "text", DRAFT, "SUAP metropolitano di Bologna", limit=100),
    Field("summary", "text", SUBMITTED, "Lo sportello unico alla scala metropolitana ...", limit=300),
    Field("questions", "texts", NEVER, "['Come si apre un negozio senza girare tre uffici?']", limit=15),
    Field("city", "slug", SUBMITTED, "bologna"),
    Field("partners", "slugs", NEVER, "[venezia, genova]", limit=20),
    Field("office", "text", SUBMITTED, "Settore sviluppo economico", limit=200, unknown_allowed=True),
    Field(
        "contact",
        "mapping",
        SUBMITTED,
        "{role: Ufficio SUAP, mailbox: suap@ente.example, visibility: public}",
        parts=(
            Field("role", "text", SUBMITTED, "Ufficio SUAP", limit=200, unknown_allowed=True),
            Field("mailbox", "mailbox", SUBMITTED, "suap@ente.example", limit=200, unknown_allowed=True),
            Field("visibility", "choice", NEVER, "public", choices=("public", "members")),
        ),
    ),
    Field("themes", "slugs", SUBMITTED, "[suap, semplificazione]", limit=5),
    Field("functions", "choices", NEVER, "[e]", choices=tuple("abcdef"), limit=6),
    Field("status", "choice", SUBMITTED, "concluso", choices=STATUSES),
    Field("period", "mapping", SUBMITTED, "{start: '2018', end: '2020'}", parts=PERIOD),
    Field("licence", "text", SUBMITTED, "CC-BY-4.0", limit=40),
    Field("visibility", "choice", SUBMITTED, "public", choices=VISIBILITIES),
    Field("badge", "choice", NEVER, "visibile", choices=BADGES),
    Field(
        "resources",
        "mapping",
        VALIDATED,
        "{one_off_cost: 40000, yearly_cost: non disponibile, fte: 2.5, months: 14}",
        parts=(
            Field("one_off_cost", "amount", NEVER, "40000", unknown_allowed=True),
            Field("yearly_cost", "amount", NEVER, "12000", unknown_allowed=True),
            Field("fte", "number", NEVER, "2.5", unknown_allowed=True),
            Field("months", "number", NEVER, "14", unknown_allowed=True),
            Field("note", "text", NEVER, "Costi del solo avvio", limit=500, unknown_allowed=True),
        ),
        unknown_allowed=True,
    ),
    Field("legal_basis", "texts", VALIDATED, "['D.P.R. 7 settembre 2010, n. 160']", limit=30, unknown_allowed=True),
    Field("evidence_level", "grade", VALIDATED, "1"),
    Field(
        "municipalities",
        "mapping",
        VALIDATED,
        "{number: 55, population: 1014124}",
        parts=(
            Field("number", "amount", NEVER, "55", unknown_allowed=True),
            Field("population", "amount", NEVER, "1014124", unknown_allowed=True),
        ),
        unknown_allowed=True,
    ),
    Field(
        "steps",
        "mappings",
        NEVER,
        "[{name: Convenzione quadro, months: 6}]",
        limit=40,
        parts=(
            Field("name", "text", SUBMITTED, "Convenzione quadro", limit=300),
            Field("months", "number", NEVER, "6", unknown_allowed=True),
            Field("when", "date", NEVER, "'2018-12-12'", unknown_allowed=True),
        ),
    ),
    Field("roles", "texts", NEVER, "[responsabile SUAP]", limit=30),
    Field("tools", "texts", NEVER, "[piattaforma impresainungiorno]", limit=30),
    Field(
        "indicators",
        "mappings",
        NEVER,
        "[{name: Giorni medi per pratica, unit: giorni, before: 60, after: 30}]",
        limit=30,
        parts=(
            Field("name", "text", SUBMITTED, "Giorni medi per pratica", limit=200),
            Field("unit", "text", NEVER, "giorni", limit=60),
            Field("before", "value", NEVER, "60"),
            Field("after", "value", NEVER, "30"),
            Field("date", "date", NEVER, "'2020-12-31'", unknown_allowed=True),
            Field("target", "value", NEVER, "20"),
        ),
    ),
    Field("funding", "texts", NEVER, "[PON Governance 2014-2020]", limit=20),
    Field("based_on", "slug", NEVER, "suap-metropolitano-bologna"),
    Field("participation", "text", NEVER, "27 focus group, circa 126 partecipanti", limit=600),
    Field("sdgs", "numbers", NEVER, "[9, 16]", limit=17),
    Field("data_themes", "choices", NEVER, "[GOVE]", choices=DATA_THEMES, limit=13),
    Field(
        "sources",
        "mappings",
        NEVER,
        "[{title: Pagina del progetto, address: 'https://ente.example/suap'}]",
        limit=40,
        parts=(
            Field("title", "text", SUBMITTED, "Pagina del progetto", limit=300),
            Field("address", "address", NEVER, "https://ente.example/suap", limit=600),
        ),
    ),
    Field(
        "capacity",
        "mapping",
        NEVER,
        "{days_per_quarter: 4, formats: [visita], from: '2026-01', to: '2026-12'}",
        parts=(
            Field("days_per_quarter", "number", NEVER, "4", limit=MAX_DAYS, unknown_allowed=True),
            Field("formats", "texts", NEVER, "[colloquio, visita]", limit=10),
            Field("from", "date", NEVER, "'2026-01'", unknown_allowed=True),
            Field("to", "date", NEVER, "'2026-12'", unknown_allowed=True),
        ),
    ),
    Field("preconditions", "texts", NEVER, "[Convenzione con i Comuni]", limit=30),
    Field(
        "kit",
        "mappings",
        NEVER,
        "[{title: Schema di convenzione, kind: accordo, address: 'https://ente.example/schema'}]",
        limit=40,
        parts=(
            Field("title", "text", SUBMITTED, "Schema di convenzione", limit=300),
            Field("kind", "choice", SUBMITTED, "accordo", choices=KIT_KINDS),
            Field("address", "address", NEVER, "https://ente.example/schema", limit=600),
        ),
    ),
    Field(
        "reused_by",
        "mappings",
        NEVER,
        "[{city: venezia, period: {start: '2018'}, lead: true, months: 8}]",
        limit=40,
        parts=(
            Field("city", "slug", SUBMITTED, "venezia"),
            Field("period", "mapping", NEVER, "{start: '2018', end: '2019'}", parts=PERIOD),
            Field("lead", "flag", NEVER, "true"),
            Field("result", "choice", NEVER, "adattata", choices=REUSE_RESULTS),
            Field("months", "number", NEVER, "8", unknown_allowed=True),
            Field("cost", "amount", NEVER, "12000", unknown_allowed=True),
            Field("note", "text", NEVER, "Capofila del progetto", limit=600),
        ),
    ),
    Field("verified_on", "date", NEVER, "'2026-11-01'"),
    Field("review_due", "date", NEVER, "'2027-11-01'"),
)

FIELD_BY_NAME = {field.name: field for field in FIELDS}


def field_at(path: str) -> Field | None:
    """The field, or the part of a field (`reused_by.period.start`), at a path; None where the schema has none."""
    name, *inner = path.split(".")
    found = FIELD_BY_NAME.get(name)
    for part in inner:
        found = next((item for item in found.parts if item.name == part), None) if found else None
    return found


SECTIONS: tuple[Heading, ...] = (
    Heading("Problema affrontato", SUBMITTED),
    Heading("Soluzione adottata", SUBMITTED),
    Heading("Risultati ottenuti", VALIDATED),
    Heading("Cosa serve per riusarla", VALIDATED),
    Heading("Fattori di successo e limiti", VALIDATED),
    Heading("Difficoltà ed errori da evitare", VALIDATED),
    Heading("Attori coinvolti", NEVER),
    Heading("Cosa è stato cambiato e perché", NEVER),
)

VARIANT_SECTION = "Cosa è stato cambiato e perché"
RESULTS_SECTION = "Risultati ottenuti"
SECTION_TITLES = tuple(heading.title for heading in SECTIONS)

MAX_DOCUMENT = 200_000
MAX_SECTION = 40_000
