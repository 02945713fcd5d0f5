"""Proven optima for assign.measure.ts: instances as JSON on standard input, their values as JSON on standard output.

The integer program of Composition of Experts (arXiv 2412.01868): which packs are kept within the bytes, and which one
answers each category, by SciPy's HiGHS.
"""

import json
import sys

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_matrix


def optimum(table, bytes_, budget):
    table, bytes_ = numpy.array(table), numpy.array(bytes_)
    rows, packs = table.shape
    # Variables: kept[pack], then answers[row, pack].
    cost = numpy.concatenate([numpy.zeros(packs), -table.ravel()])
    answers = lambda row, pack: packs + row * packs + pack
    rules = lil_matrix((1 + rows + rows * packs, len(cost)))
    upper = numpy.zeros(rules.shape[0])
    rules[0, :packs], upper[0] = bytes_, budget
    for row in range(rows):
        rules[1 + row, answers(row, 0) : answers(row, packs - 1) + 1] = 1
        upper[1 + row] = 1
        for pack in range(packs):
            line = 1 + rows + row * packs + pack
            rules[line, answers(row, pack)], rules[line, pack] = 1, -1
    whole = numpy.concatenate([numpy.ones(packs), numpy.zeros(rows * packs)])
    return -milp(cost, constraints=LinearConstraint(rules.tocsr(), ub=upper), integrality=whole, bounds=Bounds(0, 1)).fun


print(json.dumps([optimum(one["table"], one["bytes"], one["budget"]) for one in json.load(sys.stdin)]))
