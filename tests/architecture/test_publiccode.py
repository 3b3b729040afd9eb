# SPDX-License-Identifier: AGPL-3.0-or-later
"""publiccode.yml against the rules of the standard, version 0.7: its keys, its lists of words, days and addresses."""

import copy
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from app.config import ROOT

CATEGORIES = frozenset(
    """accounting agile-project-management applicant-tracking application-development appointment-scheduling backup
    billing-and-invoicing blog budgeting business-intelligence business-process-management cad call-center-management
    cloud-management collaboration communications compliance-management contact-management content-management crm
    customer-service-and-support data-analytics data-collection data-visualization design design-system
    digital-asset-management digital-citizenship document-management donor-management e-commerce e-signature
    educational-content email-management email-marketing employee-management enterprise-project-management
    enterprise-social-networking erp event-management facility-management feedback-and-reviews-management
    financial-reporting fleet-management fundraising gamification geographic-information-systems grant-management
    graphic-design help-desk hr ide identity-management instant-messaging inventory-management it-asset-management
    it-development it-management it-security it-service-management knowledge-management learning-management-system
    marketing mind-mapping mobile-marketing mobile-payment network-management office online-booking online-community
    payment-gateway payroll predictive-analysis procurement productivity-suite project-collaboration
    project-management property-management real-estate-management remote-support resource-management sales-management
    seo service-desk social-media-management survey talent-management task-management taxes-management
    test-management time-management time-tracking translation video-conferencing video-editing visitor-management voip
    warehouse-management web-collaboration web-conferencing website-builder whistleblowing
    workflow-management""".split()
)
SCOPES = frozenset(
    """agriculture culture defence education emergency-services employment energy environment
    finance-and-economic-development foreign-affairs healthcare infrastructures justice local-authorities manufacturing
    research science-and-technology security society sport tourism transportation welfare""".split()
)
STATUSES = {"concept", "development", "beta", "stable", "obsolete"}
TYPES = {f"standalone/{name}" for name in ("mobile", "iot", "desktop", "web", "backend", "other")} | {
    "addon",
    "library",
    "configurationFiles",
}
MAINTENANCE = {"internal", "contract", "community", "none"}
NEEDED = (
    "publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType",
    "description", "legal", "maintenance", "localisation",
)  # fmt: skip
ALLOWED = {
    *NEEDED, "landingURL", "softwareVersion", "releaseDate", "usedBy", "intendedAudience", "isBasedOn", "logo",
    "roadmap", "dependsOn", "organisation", "applicationSuite", "supports",
}  # fmt: skip
LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
COUNTRY = re.compile(r"^[a-z]{2}$")


def load() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    return found


def wrong(data: dict[str, Any]) -> Iterator[str]:
    """The names of the keys that break the standard."""
    yield from (name for name in NEEDED if not data.get(name))
    yield from (name for name in data if name not in ALLOWED)
    checks = {
        "publiccodeYmlVersion": data.get("publiccodeYmlVersion") == "0.7",
        "url": address(data.get("url")),
        "landingURL": "landingURL" not in data or address(data["landingURL"]),
        "releaseDate": "releaseDate" not in data or day(data["releaseDate"]),
        "categories": set(data.get("categories") or ()) <= CATEGORIES,
        "developmentStatus": data.get("developmentStatus") in STATUSES,
        "softwareType": data.get("softwareType") in TYPES,
        "softwareVersion": isinstance(data.get("softwareVersion", ""), str),
    }
    yield from (name for name, right in checks.items() if not right)
    yield from wrong_sections(data)


def wrong_sections(data: dict[str, Any]) -> Iterator[str]:
    audience, upkeep = data.get("intendedAudience") or {}, data.get("maintenance") or {}
    if not set(audience.get("scope") or ()) <= SCOPES:
        yield "intendedAudience/scope"
    if not all(COUNTRY.match(code) for code in audience.get("countries") or ()):
        yield "intendedAudience/countries"
    if upkeep.get("type") not in MAINTENANCE:
        yield "maintenance/type"
    people = upkeep.get("contacts") or []
    if upkeep.get("type") in {"internal", "community"} and not all(person.get("name") for person in people or [{}]):
        yield "maintenance/contacts"
    languages = (data.get("localisation") or {}).get("availableLanguages") or [""]
    if not all(LANGUAGE.match(code) for code in (*languages, *data.get("description", {}))):
        yield "localisation/availableLanguages"
    for language, words in data.get("description", {}).items():
        short, long = words.get("shortDescription", ""), words.get("longDescription", "")
        if not 0 < len(short) <= 150 or not 150 <= len(long) <= 10_000:
            yield f"description/{language}"


def address(value: Any) -> bool:
    parts = urlsplit(str(value))
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def test_the_file_keeps_every_rule_of_the_standard() -> None:
    assert list(wrong(load())) == []


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("publiccodeYmlVersion", "0.3", "publiccodeYmlVersion"),
        ("url", "twinmetro", "url"),
        ("releaseDate", "22-11-2026", "releaseDate"),
        ("categories", ["administration"], "categories"),
        ("developmentStatus", "alpha", "developmentStatus"),
        ("softwareType", "web", "softwareType"),
        ("intendedAudience", {"scope": ["cities"]}, "intendedAudience/scope"),
        ("intendedAudience", {"countries": ["IT"]}, "intendedAudience/countries"),
        ("maintenance", {"type": "community"}, "maintenance/contacts"),
        ("localisation", {"availableLanguages": ["italiano!"]}, "localisation/availableLanguages"),
        ("description", {"it": {"shortDescription": "a" * 151}}, "description/it"),
        ("invented", "x", "invented"),
    ],
)
def test_each_rule_finds_what_breaks_it(path: str, value: Any, named: str) -> None:
    data = {**copy.deepcopy(load()), path: value}
    assert named in list(wrong(data))
