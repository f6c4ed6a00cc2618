"""Outside systems played on loopback: an HTTP server, an SFTP server, a drop folder, and the faults they show.

The state of a system is files in its folder: killed, it starts again with the same records and the same answers.
"""

from hub.connectors.simulating.drop_folder import DropFolder
from hub.connectors.simulating.faults import Faults, parse_faults
from hub.connectors.simulating.hostile import hostile_bodies, hostile_files
from hub.connectors.simulating.http_server import HttpServer, Reply
from hub.connectors.simulating.kept_answers import KeptAnswers
from hub.connectors.simulating.paging import Pager
from hub.connectors.simulating.sftp_server import SftpServer
from hub.connectors.simulating.simulator import Simulator

__all__ = [
    "DropFolder", "Faults", "HttpServer", "KeptAnswers", "Pager", "Reply", "SftpServer", "Simulator", "hostile_bodies",
    "hostile_files", "parse_faults",
]  # fmt: skip
