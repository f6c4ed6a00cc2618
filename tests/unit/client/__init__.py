"""Tests of the school's side, without servers."""
