"""The container of all parts, and the supervisor that keeps services running."""

from tenfold.runtime.app import App

__all__ = ["App"]
