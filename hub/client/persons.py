"""Under which identifiers a person stands: by the links that each Sở signed, and those of all Sở at Bộ."""

from collections.abc import Iterable, Mapping

from hub.domain.linking import Links
from hub.store import open_connection, unavailable
from hub.store.queries import queries_of

__all__ = ["same_persons"]

_SO, _BO = queries_of("so"), queries_of("bo")


def same_persons(pupils: Iterable[str], so_urls: Mapping[str, str], bo_url: str) -> list[str]:
    """Return these identifiers and every other one of the same persons. Raises Unavailable without a database."""
    found, asked = set(pupils), set[str]()
    places = [(url, _SO["links_of"]) for url in so_urls.values()] + [(bo_url, _BO["links_of"])]
    while found - asked:
        asked = set(found)
        for url, query in places:
            with open_connection(url) as connection, unavailable():
                rows = connection.execute(query, (sorted(asked),)).fetchall()
            links = Links((former, present) for former, present, *_ in rows if present is not None)
            found |= {one for pupil in asked for one in links.same_person(pupil)}
    return sorted(found)
