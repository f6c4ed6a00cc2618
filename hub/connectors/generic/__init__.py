"""Any other province from one configuration file, without code: CSV, Excel, JSON or SQL; a folder, SFTP or HTTP."""

from hub.connectors.generic.connector import GenericConnector, connector
from hub.connectors.generic.simulator import simulator
from hub.connectors.generic.spec import GenericFile, read_file

__all__ = ["GenericConnector", "GenericFile", "connector", "read_file", "simulator"]
