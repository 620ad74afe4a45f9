"""Everything of tenfold as one running whole: the container of parts, and what keeps services running."""

from tenfold.runtime.app import App

__all__ = ["App"]
