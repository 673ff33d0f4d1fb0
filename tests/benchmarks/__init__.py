"""Cost of runs; `python -m tests.benchmarks` prints the table of docs/performance.md."""
