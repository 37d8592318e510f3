"""Measurements. Each prints a table and, with `--json FILE`, writes name, machine, conditions and figures."""

import os

# One thread each: what a spinning second thread burns is not what a call costs. Read when NumPy is first imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
