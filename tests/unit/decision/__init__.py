"""Unit tests of hub.decision."""
