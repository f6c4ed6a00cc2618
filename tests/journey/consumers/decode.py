"""Decode messages, one in hexadecimal digits a line, with Confluent's Avro deserializer: `decode.py REGISTRY_URL`.

Prints for each the value as JSON, or {"error": status} as the registry answered.
"""

import json
import sys

from confluent_kafka.schema_registry import SchemaRegistryClient, SchemaRegistryError
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

context = SerializationContext("hocba.bo.transcript.v1", MessageField.VALUE)
value_of = AvroDeserializer(SchemaRegistryClient({"url": sys.argv[1]}))
for line in sys.stdin.read().split():
    try:
        value = value_of(bytes.fromhex(line), context)
    except SchemaRegistryError as error:
        value = {"error": error.http_status_code}
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=bytes.hex) + "\n")
