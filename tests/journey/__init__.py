"""The journey on real servers: what is promised at every station."""
