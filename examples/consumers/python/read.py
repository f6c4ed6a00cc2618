"""Read the national stream (hocba.bo.transcript.v1) with Confluent's client and its own Avro deserializer.

    python read.py BOOTSTRAP REGISTRY_URL [--follow]

Prints what is in force, one JSON line a key, and ends. With --follow it prints each change as it comes, and goes on.
"""

import json
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

TOPIC = "hocba.bo.transcript.v1"


def changes(bootstrap, registry_url, follow):
    """Yield (partition, key, transcript) from the beginning; a transcript of None takes back what the key said."""
    transcript_of = AvroDeserializer(SchemaRegistryClient({"url": registry_url}))
    context = SerializationContext(TOPIC, MessageField.VALUE)
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "transcript-reader",  # needed by the client; with assign() it coordinates nothing
            "enable.auto.commit": False,  # the table is built anew at each start, so no position is kept
            "enable.partition.eof": True,
        }
    )
    unread = set(consumer.list_topics(TOPIC, timeout=30).topics[TOPIC].partitions)
    consumer.assign([TopicPartition(TOPIC, part, OFFSET_BEGINNING) for part in unread])
    try:
        while unread or follow:
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error() is None:
                yield message.partition(), message.key().decode(), transcript_of(message.value(), context)
            elif message.error().code() == KafkaError._PARTITION_EOF:
                unread.discard(message.partition())
            else:
                raise KafkaException(message.error())
    finally:
        consumer.close()


def grade_of(transcript):
    """Return the grade of evidence; what was sent before there were grades was signed at a school, as native is."""
    return None if transcript is None else transcript.get("evidence", "native")


def print_line(partition, key, transcript):
    """Print one line; hashes as hexadecimal digits."""
    line = {"key": key, "partition": partition, "evidence": grade_of(transcript), "transcript": transcript}
    print(json.dumps(line, ensure_ascii=False, default=bytes.hex), flush=True)


def main(bootstrap, registry_url, *options):
    """Keep the newest transcript of each key, as the topic itself does."""
    follow, in_force = "--follow" in options, {}
    for partition, key, transcript in changes(bootstrap, registry_url, follow):
        if follow:
            print_line(partition, key, transcript)
        elif transcript is None:
            in_force.pop(key, None)
        else:
            in_force[key] = (partition, transcript)
    for key, (partition, transcript) in in_force.items():
        print_line(partition, key, transcript)


if __name__ == "__main__":
    main(*sys.argv[1:])
