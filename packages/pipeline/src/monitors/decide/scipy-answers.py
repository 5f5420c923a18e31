"""Reads {fisher, exact, ranks} and writes what SciPy answers to each; to `exact`, what whole numbers without any rounding do."""

import json
import sys
from fractions import Fraction
from math import comb

import numpy
from scipy import stats


def fisher(case):
    old, new = case["old"], case["new"]
    table = [[new["errors"], new["requests"] - new["errors"]], [old["errors"], old["requests"] - old["errors"]]]
    return float(stats.fisher_exact(table, alternative="greater").pvalue)


def exact(case):
    """The marked are few, so the numbers stay short when it is they that are shared out."""
    old, new = case["old"], case["new"]
    marked, drawn, others = old["errors"] + new["errors"], new["requests"], old["requests"]
    least, most = max(0, marked - others), min(marked, drawn)
    ways = comb(drawn, least) * comb(others, marked - least)
    everything, tail = 0, 0
    for count in range(least, most + 1):
        everything += ways
        if count >= new["errors"]:
            tail += ways
        ways = ways * (drawn - count) * (marked - count) // ((count + 1) * (others - marked + count + 1))
    return float(Fraction(tail, everything))


def ranks(case):
    old, new = (numpy.repeat(numpy.arange(len(case[side])), case[side]) for side in ("old", "new"))
    found = stats.mannwhitneyu(new, old, alternative="greater", method="asymptotic")
    return {"chance": float(found.pvalue), "wins": float(found.statistic)}


asked = json.load(sys.stdin)
answers = {"fisher": fisher, "exact": exact, "ranks": ranks}
json.dump({name: [answer(case) for case in asked[name]] for name, answer in answers.items()}, sys.stdout)
