"""Tests of the measurements: arithmetic, stocks, reports. Servers are not started here: `make bench-journey` does."""
