"""Log-in by ProConnect, the agents' identity federation, as its documentation for service providers asks."""
