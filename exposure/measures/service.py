"""Users that are served before a sector if the pool outside China falls short."""

from dataclasses import dataclass

from exposure.arrays import plain_sum
from exposure.scoring.blocks import Run
from exposure.supply.channels import channels_of, components_needed
from exposure.tables.schema.supply import PoolUserRow


@dataclass(frozen=True)
class Service:
    """Place of a sector in the order of service of one pool; shares are central ones."""

    pool: str
    order_class: int
    """Order class of the sector; 1 is served first."""
    own_share: float
    """Share of the sector in the demand outside China."""
    before: tuple[str, ...]
    """Users of earlier classes, the largest first, by name."""
    share_before: float
    """Share of the demand that is served before it."""
    share_with: float
    """Share of the demand of its own class, itself included."""


def service_of(run: Run, sector: str) -> tuple[Service, ...]:
    """Place of a sector in the pools that it draws on, by pool; empty where no pool names it.

    Parameters
    ----------
    run
        Gives the tables.
    sector
        Id of a sector.
    """
    inputs = run.inputs
    pools = {
        channel.pool
        for component in components_needed(inputs, sector)
        for channel in channels_of(inputs, component)
        if channel.pool
    }
    found = (_in_pool(run, sector, pool) for pool in sorted(pools))
    return tuple(service for service in found if service is not None)


def _in_pool(run: Run, sector: str, pool: str) -> Service | None:
    rows = [row for row in run.inputs.rows_of(PoolUserRow) if row.pool == pool]
    classes = {r.user: int(r.central) for r in rows if r.quantity == "order_class"}
    shares = {r.user: r.central for r in rows if r.quantity == "share_of_demand_outside_china"}
    claimant = next(
        (row.user for row in rows if row.sector == sector and row.user in classes), None
    )
    if claimant is None:
        return None
    names = {row.user: _name(run, row) for row in rows}
    earlier = sorted(
        (user for user, order_class in classes.items() if order_class < classes[claimant]),
        key=lambda user: (-shares.get(user, 0.0), user),
    )
    same_class = [user for user, order_class in classes.items() if order_class == classes[claimant]]
    return Service(
        pool=pool,
        order_class=classes[claimant],
        own_share=shares.get(claimant, 0.0),
        before=tuple(names[user] for user in earlier),
        share_before=plain_sum(shares.get(user, 0.0) for user in earlier),
        share_with=plain_sum(shares.get(user, 0.0) for user in same_class),
    )


def _name(run: Run, row: PoolUserRow) -> str:
    known = run.inputs.index.sectors.get(row.sector)
    return row.name or (known.name if known is not None else row.user)
