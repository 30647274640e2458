"""Benchmarks: figures of the running studio, never part of the test run."""
