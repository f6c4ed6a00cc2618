"""Tests of the readers of signed and scanned source documents."""
