"""The endpoints; importing them puts them on the API's blueprint."""

from web.api.routes import baskets, members, points, programmes, register, tickets

__all__ = ["baskets", "members", "points", "programmes", "register", "tickets"]
