"""Names of quarantine entries."""

import pytest

from hub.kafka.dead_letter import EntryId

TOPIC = "hocba.so-ha-noi.command.v1"


@pytest.mark.parametrize("topic", [TOPIC, f"{TOPIC}@aBc_-123", f"{TOPIC}@first@second"])
def test_entry_is_named_as_it_is_shown(topic: str) -> None:
    """Also one of a log that is gone, which carries the id of its topic."""
    entry = EntryId("so-ha-noi", "validate", topic, 3, 17)
    assert EntryId.read(str(entry)) == entry
    assert entry.is_of_gone_log == ("@" in topic)


@pytest.mark.parametrize("topic", ["@id", f"{TOPIC}@", f"{TOPIC}@i d", "a/b"])
def test_text_that_names_no_topic_names_no_entry(topic: str) -> None:
    """Nothing else is let through."""
    assert EntryId.read(f"so-ha-noi/validate/{topic}/3/17") is None
