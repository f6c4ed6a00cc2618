"""Unit tests of hub.agents."""
