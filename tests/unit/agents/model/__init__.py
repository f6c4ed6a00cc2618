"""A model of loop, lifecycle and outbox without servers: the real code over a log and a database in memory.

Every wait of a worker is a point at which the model may stop it, run another one, or kill it.
"""
