"""The embedded default: a real Kafka broker and a real PostgreSQL from wheels, without root and without containers."""

from hub.local.kafka import Kafka
from hub.local.organisations import Urls
from hub.local.postgres import Postgres
from hub.local.servers import CACHE, Addresses, Servers

__all__ = ["CACHE", "Addresses", "Kafka", "Postgres", "Servers", "Urls"]
