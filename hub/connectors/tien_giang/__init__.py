"""Tiền Giang: class files signed by its system (XAdES), in lots with a control file; from 1/7/2025 Đồng Tháp's.

Synthetic: no public description of the province's system exists; the dialect is invented for tests.
"""

from hub.connectors.tien_giang.connecting import TienGiang, connector
from hub.connectors.tien_giang.simulator import LotSystem, simulator

__all__ = ["LotSystem", "TienGiang", "connector", "simulator"]
