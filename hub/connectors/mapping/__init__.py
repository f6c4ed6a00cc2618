"""What a record means as a transcript and back, said in a TOML file and applied by one engine, in both directions.

`mapping.toml` holds the rules (`spec`), `tables.toml` the codes with their dates (`tables`); docs/connectors.md
describes both. Forward: `forward`, `fields`, `wide`, `finishing`; backward: `backward`, `coverage`. Pure but for
reading those files when a mapper is made. `kept` has the versions that a sealed record may name.
"""

from hub.connectors.mapping.kept import KeptMapping, kept_mappings, kept_named
from hub.connectors.mapping.mappers import TEMPLATE, DeclaredMapper, MapperByTemplate
from hub.connectors.mapping.native import NativeMapper
from hub.connectors.mapping.paths import is_blank, leaves
from hub.connectors.mapping.rules import Rules
from hub.connectors.mapping.spec import MappingFile
from hub.connectors.mapping.tables import TableRow, Tables, table_day

__all__ = [
    "TEMPLATE", "DeclaredMapper", "KeptMapping", "MapperByTemplate", "MappingFile", "NativeMapper", "Rules", "TableRow",
    "Tables", "is_blank", "kept_mappings", "kept_named", "leaves", "table_day",
]  # fmt: skip
