"""Measurements (`make bench`): each prints figures of one run on one machine; none is a test."""
