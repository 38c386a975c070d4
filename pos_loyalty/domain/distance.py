"""How far two places are apart."""

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371
Coordinates = tuple[float, float]


def coordinates(text: str) -> Coordinates:
    """Read degrees of latitude and longitude, as `48.8566,2.3522`; raises `ValueError`."""
    latitude, longitude = (float(part) for part in text.split(","))
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(text)
    return latitude, longitude


def kilometres(one: Coordinates, other: Coordinates) -> float:
    """Give the distance as the crow flies."""
    (a, b), (c, d) = ((radians(x), radians(y)) for x, y in (one, other))
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))
