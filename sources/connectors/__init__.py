"""Connectors: one small module each, behind one interface."""

from sources.connectors.interface import Delivery, SourceFailure, TerminalFailure, TransientFailure, deliver

__all__ = ["Delivery", "SourceFailure", "TerminalFailure", "TransientFailure", "deliver"]
