"""Hải Phòng: a REST system with OAuth 2, page tokens, ETags and its own codes; from 1/7/2025 with Hải Dương.

Synthetic: no public description of the city's system exists; dialect and codes are invented for tests.
"""

from hub.connectors.hai_phong.connecting import HaiPhong, connector
from hub.connectors.hai_phong.simulated_records import change_record
from hub.connectors.hai_phong.simulator import RestSystem, simulator

__all__ = ["HaiPhong", "RestSystem", "change_record", "connector", "simulator"]
