"""Nghệ An: the provincial PostgreSQL database, followed by logical replication or a view, answered in staging tables.

Synthetic: no public description of the province's system exists; tables and codes are invented for tests.
"""

from hub.connectors.nghe_an.connecting import NgheAn, connector
from hub.connectors.nghe_an.simulator import PlayedDatabase, simulator

__all__ = ["NgheAn", "PlayedDatabase", "connector", "simulator"]
