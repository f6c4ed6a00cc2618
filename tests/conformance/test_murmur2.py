"""Kafka's key partitioning: facts of the Java client as published by aiokafka."""

import json

from hub.kafka.partition import partition_of


def test_partition_is_that_of_the_published_vectors(vectors):
    """All six keys stand where the Java client puts them, and awkward keys have a partition too."""
    facts = json.loads((vectors / "murmur2" / "partitions.json").read_text("utf-8"))
    assert (len(facts["vectors"]), len(facts["must_not_raise"])) == (6, 2)
    for vector in facts["vectors"]:
        assert partition_of(bytes.fromhex(vector["key_hex"]), facts["partitions"]) == vector["partition"]
    for awkward in facts["must_not_raise"]:
        key = bytes.fromhex(awkward["key_hex"]) * awkward["repeat"]
        assert 0 <= partition_of(key, facts["partitions"]) < facts["partitions"]
