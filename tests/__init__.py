"""Tests; each process of theirs computes products of matrices in one thread.

Bytecode is kept even where the environment says otherwise, as compiled kernels are: processes that
tests start would compile every module once more, and each worker every test.

They also look for unreachable objects less often, as commands do: there are many objects in a
process that has collected all tests, and a search visits all of them.

The workers of pytest share the processors already. Several threads of each of them would wait for
one another in loops, which takes up to ten times as long. Workers and commands that tests start
inherit the variable, and NumPy reads it when it is imported.
"""

import gc
import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
gc.set_threshold(100_000, 50, 100)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
