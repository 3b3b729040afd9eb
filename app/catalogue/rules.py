# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public lists, and how other catalogues read them: JSON-LD after DCAT-AP 2.1.1, the profile of EU portals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.document.dates import day_of

#: Vocabularies of the Publications Office of the EU, which DCAT-AP asks for.
EU = "http://publications.europa.eu/resource/authority"
IANA = "https://www.iana.org/assignments/media-types"
LICENCE = f"{EU}/licence/CC_BY_4_0"
ITALY = f"{EU}/country/ITA"
LANGUAGES = {"it": f"{EU}/language/ITA", "en": f"{EU}/language/ENG"}
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
CATALOGUE = "catalogo"

Node = dict[str, Any]


@dataclass(frozen=True)
class Dataset:
    """One public list: its page is `/<slug>`, its files stand beside it, ``feed`` tells what is new in it.

    ``sources``: what it is made of, as far as its changes have a day; ``themes`` and ``frequency``: codes of the EU's
    vocabularies of data themes and of frequencies.
    """

    slug: str
    sources: tuple[str, ...] = ()
    feed: str = ""
    themes: tuple[str, ...] = ("GOVE",)
    frequency: str = "UPDATE_CONT"

    @property
    def page(self) -> str:
        return f"/{self.slug}"


DATASETS = (
    Dataset("soluzioni", ("solutions",), "/feed/soluzioni.atom"),
    Dataset("citta", themes=("GOVE", "REGI"), frequency="IRREG"),
    Dataset("temi", frequency="IRREG"),
    Dataset("norme", ("solutions",), themes=("GOVE", "JUST")),
    Dataset("richieste", ("needs",), "/feed/richieste.atom"),
    Dataset("abbinamenti", ("rounds",), frequency="IRREG"),
    Dataset("gemellaggi", ("twinnings",)),
    Dataset("rete", ("solutions", "twinnings")),
    Dataset("numeri", ("solutions", "needs", "twinnings")),
)


def changed_on(changed: Mapping[str, datetime]) -> dict[str, date]:
    """Slug of a list -> the day of its last change, from those of the sources; without lists of which none is known."""
    days = {item.slug: [day_of(changed[source]) for source in item.sources if source in changed] for item in DATASETS}
    return {slug: max(known) for slug, known in days.items() if known}


@dataclass(frozen=True)
class Distribution:
    """One file of a dataset: its address on the site, the languages of its headings, what kind of file it is."""

    code: str
    path: str
    media: str
    kind: str
    languages: tuple[str, ...]


def distributions(dataset: Dataset) -> list[Distribution]:
    """The files of a dataset, those for people first."""
    page = dataset.page
    found = [
        Distribution("csv", f"{page}.csv", "text/csv", "CSV", ("it",)),
        Distribution("csv-en", f"/en{page}.csv", "text/csv", "CSV", ("en",)),
        Distribution("json", f"{page}.json", "application/json", "JSON", ("it",)),
    ]
    if dataset.feed:
        found.append(Distribution("atom", dataset.feed, "application/atom+xml", "ATOM", ("it",)))
    return found


@dataclass(frozen=True)
class Words:
    """What a list, or the catalogue itself, is called, says of itself and is found by; each by language."""

    title: Mapping[str, str]
    about: Mapping[str, str]
    keywords: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Office:
    """Who publishes, and where one writes to, as an address (`mailto:` before a mailbox); empty for nowhere."""

    name: str
    contact: str = ""


def as_dcat(root: str, office: Office, words: Mapping[str, Words], changed: Mapping[str, date]) -> Node:
    """The catalogue as JSON-LD. ``root`` is the address of the site; ``words`` are those of each dataset by its slug,
    and of the catalogue itself; ``changed`` the last change of those of which it is known."""
    own = words[CATALOGUE]
    return {
        "@context": CONTEXT,
        "@id": f"{root}/{CATALOGUE}",
        "@type": "dcat:Catalog",
        "dct:title": _said(own.title),
        "dct:description": _said(own.about),
        "dct:publisher": _agent(root, office),
        "dct:language": _nodes(LANGUAGES.values()),
        "dct:license": _typed(LICENCE, "dct:LicenseDocument"),
        "dct:spatial": _typed(ITALY, "dct:Location"),
        "dcat:themeTaxonomy": {"@id": f"{EU}/data-theme"},
        "foaf:homepage": _typed(f"{root}/", "foaf:Document"),
        **_modified(max(changed.values(), default=None)),
        "dcat:dataset": [_dataset(root, office, item, words[item.slug], changed.get(item.slug)) for item in DATASETS],
    }


def _dataset(root: str, office: Office, dataset: Dataset, words: Words, changed: date | None) -> Node:
    return {
        "@id": f"{root}/{CATALOGUE}#{dataset.slug}",
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.slug,
        "dct:title": _said(words.title),
        "dct:description": _said(words.about),
        "dcat:keyword": [{"@language": tag, "@value": word} for tag, said in words.keywords.items() for word in said],
        "dcat:theme": _nodes(f"{EU}/data-theme/{theme}" for theme in dataset.themes),
        "dct:publisher": _agent(root, office),
        "dct:rightsHolder": _agent(root, office),
        **_contact(root, office),
        "dct:accrualPeriodicity": _typed(f"{EU}/frequency/{dataset.frequency}", "dct:Frequency"),
        "dct:spatial": _typed(ITALY, "dct:Location"),
        "dct:language": _nodes([LANGUAGES["it"]]),
        "dcat:landingPage": _typed(f"{root}{dataset.page}", "foaf:Document"),
        **_modified(changed),
        "dcat:distribution": [_distribution(root, dataset, file, words) for file in distributions(dataset)],
    }


def _distribution(root: str, dataset: Dataset, file: Distribution, words: Words) -> Node:
    address = {"@id": f"{root}{file.path}"}
    titled = {tag: f"{text} ({file.kind})" for tag, text in words.title.items() if tag in file.languages}
    return {
        "@id": f"{root}/{CATALOGUE}#{dataset.slug}-{file.code}",
        "@type": "dcat:Distribution",
        "dct:title": _said(titled),
        "dcat:accessURL": address,
        "dcat:downloadURL": address,
        "dct:format": _typed(f"{EU}/file-type/{file.kind}", "dct:MediaTypeOrExtent"),
        "dcat:mediaType": _typed(f"{IANA}/{file.media}", "dct:MediaType"),
        "dct:license": _typed(LICENCE, "dct:LicenseDocument"),
        "dct:language": _nodes(LANGUAGES[tag] for tag in file.languages),
    }


def _agent(root: str, office: Office) -> Node:
    return {"@id": f"{root}/{CATALOGUE}#chi-pubblica", "@type": "foaf:Agent", "foaf:name": office.name}


def _contact(root: str, office: Office) -> Node:
    if not office.contact:
        return {}
    way = "vcard:hasEmail" if office.contact.startswith("mailto:") else "vcard:hasURL"
    kind = {"@id": f"{root}/{CATALOGUE}#a-chi-scrivere", "@type": "vcard:Kind", "vcard:fn": office.name}
    return {"dcat:contactPoint": {**kind, way: {"@id": office.contact}}}


def _modified(day: date | None) -> Node:
    return {"dct:modified": {"@type": "xsd:date", "@value": day.isoformat()}} if day else {}


def _said(texts: Mapping[str, str]) -> list[Node]:
    return [{"@language": tag, "@value": text} for tag, text in texts.items()]


def _nodes(addresses: Iterable[str]) -> list[Node]:
    return [{"@id": address} for address in addresses]


def _typed(address: str, kind: str) -> Node:
    return {"@id": address, "@type": kind}
