"""What head office has, asked of its own database: never of who sent it there."""

from sqlalchemy import create_engine, text


class HeadOffice:
    """The hub's database, by its SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        self._url = url

    def has_ticket(self, ticket: str) -> bool:
        """Tell whether the fact of a ticket is there, once."""
        return self._ask("SELECT count(*) FROM fact WHERE key = :key", key=ticket) == 1

    def facts(self) -> int:
        """Count the facts."""
        return self._ask("SELECT count(*) FROM fact")

    def points(self) -> int:
        """Give all points of all customers."""
        return self._ask("SELECT coalesce(sum(points), 0) FROM balance")

    def _ask(self, question: str, **values: str) -> int:
        engine = create_engine(self._url)
        try:
            with engine.connect() as connection:
                return int(connection.execute(text(question), values).scalar_one())
        finally:
            engine.dispose()
