"""The model as an LP file, for other solvers and for readers."""

from __future__ import annotations

from fleetopt.model.linear import Program
from fleetopt.solvers.backend import to_proto


def lp_text(program: Program) -> str:
    """Write a programme in the LP format, rows and columns named as in the formulation.

    Raises:
        ValueError: OR-Tools could not write it.
    """
    from ortools.linear_solver.python.model_builder_helper import ModelBuilderHelper
    from ortools.math_opt.io.python import mps_converter

    helper = ModelBuilderHelper()
    if not helper.import_from_mps_string(mps_converter.model_proto_to_mps(to_proto(program, named=True))):
        raise ValueError("the model could not be written as an LP file")
    return str(helper.export_to_lp_string())
