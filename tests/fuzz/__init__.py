"""Random faults in tables, overlays, scenario files and command lines, and their outcomes.

Whatever is given is refused with a clean error, or runs to finite numbers. A short run is part of
the suite; the long one is

    python -m tests.fuzz --tables 10000 --scenarios 1000 --commands 200 --seed 1
"""
