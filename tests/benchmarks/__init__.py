"""Benchmarks against other tools: `python -m tests.benchmarks` with the extra `benchmark` installed."""
