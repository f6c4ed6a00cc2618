"""Tests of reading sources again."""
