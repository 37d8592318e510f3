"""Measurements. Each prints a table and, with `--json FILE`, writes name, machine, conditions and figures."""
