"""PyVRP as the core of the solver: problems into its form, its solutions back into orders.

Source: Wouda, N., Lan, L., Kool, W. (2024), PyVRP: a high-performance VRP solver package,
INFORMS Journal on Computing 36 (4), 943-955.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Final

import pyvrp
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, StoppingCriterion

from geodata.routing.engine_model import Model, clients_of
from geodata.routing.instance_files import Instance
from geodata.routing.problem import Order, Problem

_MOST_SEARCHES: Final = 8
_LONG_MEMORY: Final = 1_000

Heard = Callable[[Sequence[Order]], None]
Asked = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search.

    Attributes:
        iterations: The same number and seed give the same plan.
        seconds: At most, whatever the iterations.
        seed: Of the random numbers.
    """

    iterations: int
    seconds: float
    seed: int = 0


class _Asking:
    """Stop when somebody says so."""

    def __init__(self, is_stopped: Asked) -> None:
        self._is_stopped = is_stopped

    def __call__(self, best_cost: float) -> bool:
        del best_cost  # the user decides, not the cost
        return self._is_stopped()


class _Telling(pyvrp.IteratedLocalSearchCallbacks):
    """Tell each solution that is better than all before."""

    def __init__(self, tell: Callable[[pyvrp.Solution], None]) -> None:
        super().__init__()
        self._tell = tell

    def on_best(self, best: pyvrp.Solution) -> None:
        self._tell(best)


def solve_on_all_cores(instance: Instance, effort: Effort) -> tuple[int | None, list[list[int]]]:
    """Return the best of several searches at once, one a core, each with a seed of its own.

    Every second one remembers longer: it gets out of valleys that the usual one ends in.
    """
    cores = min(os.cpu_count() or 1, _MOST_SEARCHES)
    if cores == 1:
        return solve_instance(instance, effort)
    seeds = [replace(effort, seed=effort.seed + number) for number in range(cores)]
    memories = [_LONG_MEMORY if number % 2 else None for number in range(cores)]
    with ProcessPoolExecutor(cores, get_context("spawn")) as pool:
        found = list(pool.map(solve_instance, [instance] * cores, seeds, memories))
    feasible = [one for one in found if one[0] is not None]
    return min(feasible, key=lambda one: one[0] or 0) if feasible else found[0]


def solve_instance(
    instance: Instance, effort: Effort, memory: int | None = None
) -> tuple[int | None, list[list[int]]]:
    """Return cost in tenths and routes of customers; ``None`` where no solution was found.

    Args:
        instance: With vehicles that are all alike.
        effort: How long to search.
        memory: How many earlier costs a new one is held against, PyVRP's own number by default.
    """
    count = len(instance.demand)
    clients = [
        pyvrp.Client(
            location=at,
            delivery=[int(instance.demand[at])],
            service_duration=int(instance.service[at]),
            tw_early=int(instance.ready[at]),
            tw_late=int(instance.due[at]),
        )
        for at in range(1, count)
    ]
    vehicle = pyvrp.VehicleType(
        instance.vehicles,
        [instance.capacity],
        tw_early=int(instance.ready[0]),
        tw_late=int(instance.due[0]),
    )
    matrices = [instance.distance]
    model = pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(count)],
        clients,
        [pyvrp.Depot(location=0)],
        [vehicle],
        matrices,  # type: ignore[arg-type] # numpy's shapes there
        matrices,  # type: ignore[arg-type]
    )
    search = pyvrp.IteratedLocalSearchParams()
    if memory is not None:
        search = pyvrp.IteratedLocalSearchParams(history_length=memory)
    params = pyvrp.SolveParams(ils=search)
    result = pyvrp.solve(model, _stop(effort, None), effort.seed, params=params, display=False)
    routes = [[one + 1 for one in clients_of(route)] for route in result.best.routes()]
    return (int(result.cost()) if result.is_feasible() else None), routes


def search(
    problem: Problem, effort: Effort, *, heard: Heard | None = None, is_stopped: Asked | None = None
) -> list[Order]:
    """Return orders, one for each shift, that PyVRP holds for good.

    Lunch is cut out of the clock where all shifts have the same, else out of their ends, so that
    the orders have to be checked by `timetable` afterwards.

    Args:
        problem: Its pins can be kept.
        effort: How long to search.
        heard: Told each better plan.
        is_stopped: Asked again and again whether to stop.
    """
    model = Model(problem)
    if model.is_empty:
        return model.pinned_alone()

    def tell(solution: pyvrp.Solution) -> None:
        if heard is not None and solution.is_feasible():
            heard(model.orders(solution))

    params = pyvrp.SolveParams(ils=pyvrp.IteratedLocalSearchParams(callbacks=_Telling(tell)))
    result = pyvrp.solve(
        model.made(), _stop(effort, is_stopped), effort.seed, params=params, display=False
    )
    return model.orders(result.best)


def _stop(effort: Effort, is_stopped: Asked | None) -> MultipleCriteria:
    criteria: list[StoppingCriterion] = [
        MaxIterations(effort.iterations),
        MaxRuntime(effort.seconds),
    ]
    if is_stopped is not None:
        criteria.append(_Asking(is_stopped))
    return MultipleCriteria(criteria)
