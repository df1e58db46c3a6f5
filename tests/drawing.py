"""How examples are drawn: the same each time, so that the same code is told the same; or others, and more of them."""

from hypothesis import HealthCheck, settings

# A loaded machine is slow at drawing examples too: no test says how fast it is.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("house", settings.get_profile("explore"), derandomize=True, database=None)


def few(number: int) -> int:
    """How many examples of what takes long each: ten times as many when they are drawn to explore."""
    return number if settings().derandomize else 10 * number
