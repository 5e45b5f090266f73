"""A mixed-integer program as lists, and the solver that is asked: SCIP, through OR-Tools. Its only import site."""

from __future__ import annotations

import datetime as dt
import math
from array import array
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic
from typing import Any

INFINITY = math.inf

#: Differences below this come from floating point.
EPSILON = 1e-6


class SolverMissing(RuntimeError):
    """OR-Tools is not installed here."""

    def __init__(self, message: str = "planning needs OR-Tools: install zhibu[plan]") -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a search may go on: until ``ends`` (of the monotonic clock), or by ``nodes`` of each program's tree.

    With ``nodes`` no clock is looked at, so that the same problem gives the same plan on every machine.
    """

    ends: float = INFINITY
    nodes: int | None = None

    @property
    def left(self) -> float:
        """Seconds."""
        return INFINITY if self.nodes is not None else self.ends - monotonic()

    def but_last(self, seconds: float) -> Budget:
        """All but so many seconds of what is left, or half of that."""
        if self.nodes is not None or self.left == INFINITY:
            return self
        return Budget(self.ends - min(seconds, self.left / 2))

    def at_least(self, seconds: float) -> Budget:
        """So many seconds from now on, even where it is used up."""
        return self if self.nodes is not None else Budget(max(self.ends, monotonic() + seconds))

    def within(self, seconds: float) -> Budget:
        """At most so many seconds of it from now on."""
        return self if self.nodes is not None else Budget(min(self.ends, monotonic() + seconds))


@dataclass(frozen=True, slots=True)
class Answer:
    """``bound``: no solution costs less, infinite where there is none; ``values`` of the best that was found."""

    bound: float
    values: list[int] | None


@dataclass(slots=True)
class Program:
    """Minimize the sum of prices subject to rows ``low <= sum of coefficient x variable <= high``."""

    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    prices: list[float] = field(default_factory=list)
    row_lows: list[float] = field(default_factory=list)
    row_highs: list[float] = field(default_factory=list)
    row_of: array[int] = field(default_factory=lambda: array("q"))
    variable_of: array[int] = field(default_factory=lambda: array("q"))
    coefficients: array[float] = field(default_factory=lambda: array("d"))
    constant: float = 0

    def variable(self, high: float = 1, price: float = 0, low: float = 0) -> int:
        """A new whole number in ``[low, high]``."""
        self.lows.append(low)
        self.highs.append(high)
        self.prices.append(price)
        return len(self.prices) - 1

    def row(self, low: float, high: float, terms: Mapping[int, float]) -> None:
        number = len(self.row_lows)
        self.row_lows.append(low)
        self.row_highs.append(high)
        for variable in sorted(terms):
            self.row_of.append(number)
            self.variable_of.append(variable)
            self.coefficients.append(terms[variable])

    def at_most(self, high: float, terms: Mapping[int, float]) -> None:
        self.row(-INFINITY, high, terms)

    def at_least(self, low: float, terms: Mapping[int, float]) -> None:
        self.row(low, INFINITY, terms)

    def pairs(self, days: Sequence[int], price: int, most: int, *, size: int = 1, before: int = 0) -> None:
        """``price`` for each pair of days of one person, where ``size`` people share the ``days`` evenly.

        Each had ``before`` of them already; up to ``most`` more are told apart. ``k(k-1)/2`` is convex, so ``n``
        people with ``N`` days in all have at least ``kN - nk(k+1)/2`` pairs for every ``k``.
        """
        more = self.variable(10**6, 1)
        for times in range(max(1, before), before + most):
            least = size * (times * before - times * (times + 1) // 2 - before * (before - 1) // 2)
            self.at_least(price * least, {more: 1, **dict.fromkeys(days, -price * times)})

    def cheaper_than(self, value: float) -> None:
        """Look for nothing that costs as much as ``value``: where nothing else is possible, that is the optimum."""
        if value < INFINITY:
            self.at_most(value - 1 - self.constant, self._priced())

    def costs_at_least(self, value: float) -> None:
        """What is known beforehand, so that the search ends where it is met."""
        if 0 < value < INFINITY:
            self.at_least(value - self.constant, self._priced())

    def _priced(self) -> dict[int, float]:
        return {number: price for number, price in enumerate(self.prices) if price}

    def solve(
        self, budget: Budget, gap: float = 0.99, *, is_easy: bool = False, is_for_bound: bool = False
    ) -> Answer:
        """Prices are whole numbers, so that a difference below ``gap`` = 0.99 is none.

        ``is_easy``: most programs of this kind are decided at the root, so that little is to be prepared.
        ``is_for_bound``: nothing is done for solutions, and little memory is used for cuts.
        """
        try:
            from ortools.math_opt import parameters_pb2, result_pb2
        except ImportError as error:
            raise SolverMissing from error
        seconds = budget.left
        if seconds <= 0:
            return Answer(-INFINITY, None)
        parameters = parameters_pb2.SolveParametersProto(
            absolute_gap_tolerance=gap, relative_gap_tolerance=0.0, threads=1, node_limit=budget.nodes
        )
        if is_easy:
            parameters.gscip.emphasis = parameters.gscip.EASY_CIP
        if is_for_bound:
            parameters.gscip.heuristics = parameters.gscip.OFF
            parameters.gscip.int_params["separating/maxstallroundsroot"] = 3
        if seconds < INFINITY:
            parameters.time_limit.FromTimedelta(dt.timedelta(seconds=seconds))
        result = _interruptibly(self._proto(), parameters)
        bound = result.termination.objective_bounds.dual_bound
        if not result.solutions:
            is_impossible = result.termination.reason == result_pb2.TERMINATION_REASON_INFEASIBLE
            return Answer(INFINITY if is_impossible else bound, None)
        values = [0] * len(self.prices)
        found = result.solutions[0].primal_solution.variable_values
        for number, value in zip(found.ids, found.values, strict=True):
            values[number] = round(value)
        return Answer(bound, values)

    def _proto(self) -> Any:
        from ortools.math_opt import model_pb2

        proto = model_pb2.ModelProto()
        count = len(self.prices)
        proto.variables.ids.extend(range(count))
        proto.variables.lower_bounds.extend(self.lows)
        proto.variables.upper_bounds.extend(self.highs)
        proto.variables.integers.extend([True] * count)
        proto.objective.offset = self.constant
        priced = [number for number, price in enumerate(self.prices) if price]
        proto.objective.linear_coefficients.ids.extend(priced)
        proto.objective.linear_coefficients.values.extend(self.prices[number] for number in priced)
        proto.linear_constraints.ids.extend(range(len(self.row_lows)))
        proto.linear_constraints.lower_bounds.extend(self.row_lows)
        proto.linear_constraints.upper_bounds.extend(self.row_highs)
        proto.linear_constraint_matrix.row_ids.extend(self.row_of)
        proto.linear_constraint_matrix.column_ids.extend(self.variable_of)
        proto.linear_constraint_matrix.coefficients.extend(self.coefficients)
        return proto


def _interruptibly(proto: Any, parameters: Any) -> Any:
    """Solves in a thread beside this one, which a signal (Ctrl-C) can then reach at once.

    What is being solved goes on until its time is over or the process ends: asked to watch for an interruption, this
    solver writes an error to the terminal (OR-Tools 9.15).
    """
    from ortools.math_opt import callback_pb2, model_parameters_pb2, parameters_pb2
    from ortools.math_opt.core.python import solver

    asked = (
        proto,
        parameters_pb2.SOLVER_TYPE_GSCIP,
        parameters_pb2.SolverInitializerProto(),
        parameters,
        model_parameters_pb2.ModelSolveParametersProto(),
        None,
        callback_pb2.CallbackRegistrationProto(),
        None,
        None,
    )
    future: Future[Any] = Future()

    def solve() -> None:
        try:
            future.set_result(solver.solve(*asked))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            future.set_exception(error)

    Thread(target=solve, daemon=True).start()
    return future.result()
