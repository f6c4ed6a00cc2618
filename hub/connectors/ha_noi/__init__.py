"""Hà Nội, the native case: a folder of batches that its own system has signed; nothing is mapped, nothing is lost.

Synthetic: no public description of the city's system exists; how files change hands here is invented.
"""

from hub.connectors.ha_noi.connecting import HaNoi, connector
from hub.connectors.ha_noi.simulator import BatchSystem, simulator

__all__ = ["BatchSystem", "HaNoi", "connector", "simulator"]
