"""Outweigh: which open-weight model outweighs the others for a job, and how sure that answer is."""

__version__ = "0.1.0"
