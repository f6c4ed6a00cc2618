"""For all tests: Hypothesis measures no time, because a slow machine is no broken promise."""

from hypothesis import HealthCheck, settings

settings.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hub")
