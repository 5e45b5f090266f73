"""A time for every meeting around shifts: the best plan that is found, and how far from the best it is at most.

``whole.plan`` does it all. ``ways`` knows how everybody could attend at each time, ``classes`` puts thousands of
times into tens of start classes, ``cover`` asks which of these are needed (the bound), ``seating`` turns them into
sessions with everybody's attendance, ``search`` closes the gap between both, ``mip`` is the solver. Where a superior
holds something with several branches, ``parts`` tells these apart, ``work`` is done for each in processes, ``shared``
knows what a day of coming in costs that both ask for. What comes out is judged by ``domain.roster``, which shares
nothing with this.
"""

from zhibu.engines.planning.mip import SolverMissing
from zhibu.engines.planning.whole import Outcome, plan

__all__ = ["Outcome", "SolverMissing", "plan"]
