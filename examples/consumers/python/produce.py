"""Write records with Confluent's client onto the partitions that the hub, and Kafka's own client, expect.

    python produce.py BOOTSTRAP TOPIC < keys.txt          # one key a line

Prints the partition of each key, in the order of the lines.
"""

import sys

from confluent_kafka import Producer

KAFKAS_OWN = "murmur2_random"  # the default of this client is another one (CRC32), and the hub refuses such records


def main(bootstrap, topic):
    """Send one record for each key and print where it went."""
    producer = Producer({"bootstrap.servers": bootstrap, "partitioner": KAFKAS_OWN, "acks": "all"})
    places = {}

    def note(key):
        def delivered(error, message):
            places[key] = f"failed: {error}" if error else message.partition()

        return delivered

    keys = sys.stdin.read().splitlines()
    for key in keys:
        producer.produce(topic, key=key.encode(), value=b"", on_delivery=note(key))
    producer.flush(60)
    for key in keys:
        print(places[key])


if __name__ == "__main__":
    main(*sys.argv[1:])
