"""The least-cost plan for an electric truck depot: solar, battery and chargers, year by year, with proof."""

__version__ = "0.1.0"
