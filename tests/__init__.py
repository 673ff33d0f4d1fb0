"""Tests; each process of theirs computes products of matrices in one thread.

Bytecode is kept even where the environment says otherwise, as compiled kernels are: processes that
tests start would compile every module once more, and each worker every test.

They look for unreachable objects often among the newest, which the cache of the processor holds,
and seldom among the others, which are very many in a process that has collected all tests.

The workers of pytest share the processors already. Several threads of each of them would wait for
one another in loops, which takes up to ten times as long. Workers and commands that tests start
inherit the variable, and NumPy reads it when it is imported.
"""

import gc
import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
gc.set_threshold(1_000, 5_000, 100)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
