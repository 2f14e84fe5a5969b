"""Solvers: a linear programme becomes values, the same ones from each of them."""
