"""The stages of the journey, one agent a file: register, validate, lock (with sequencer), ingest, acknowledge.

Agents know nothing of each other; they meet in topics, and those of one organisation share its database.
"""
