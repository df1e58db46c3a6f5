"""The platform of the French label « Campus des métiers et des qualifications »."""

__version__ = "0.1.0"
