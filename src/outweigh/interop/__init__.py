"""Other tools' files and records, one into the other. Each form has its own modules; nothing is loaded here."""

from outweigh.interop.logged import Logged

__all__ = ["Logged"]
