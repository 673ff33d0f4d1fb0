"""Tests; each process of theirs computes products of matrices in one thread.

The workers of pytest share the processors already. Several threads of each of them would wait for
one another in loops, which takes up to ten times as long. Workers and commands that tests start
inherit the variable, and NumPy reads it when it is imported.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
