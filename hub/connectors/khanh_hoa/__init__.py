"""Khánh Hòa: class summaries as workbooks over SFTP, in three templates; from 1/7/2025 with Ninh Thuận.

Synthetic: no public description of the province's system exists; templates and codes are invented for tests.
"""

from hub.connectors.khanh_hoa.connecting import KhanhHoa, connector
from hub.connectors.khanh_hoa.records import read_class_file
from hub.connectors.khanh_hoa.simulator import SummarySystem, simulator
from hub.connectors.khanh_hoa.writing import class_sheet

__all__ = ["KhanhHoa", "SummarySystem", "class_sheet", "connector", "read_class_file", "simulator"]
