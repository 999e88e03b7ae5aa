"""What is independent of what: replicates, or the source networks that they start from."""

import pandas as pd

# With fewer, an interval over networks would be too wide to say anything.
_ENOUGH_NETWORKS = 3


def network_of_replicate(rows: pd.DataFrame) -> pd.Series:
    """Return the source network of every replicate in the rows of one source or more.

    The column `source_seed` numbers the networks; without it one network serves all. Sources
    that have a single network, brought in with its weights, follow the others.
    """
    if "source_seed" not in rows:
        rows = rows.assign(source_seed=0)
    return rows.groupby("replicate")["source_seed"].max()


def over_networks(networks: pd.Series) -> bool:
    """Return whether the source networks of the replicates are enough to be the units."""
    return networks.nunique() >= _ENOUGH_NETWORKS


def by_unit(values: pd.DataFrame | pd.Series, networks: pd.Series) -> pd.DataFrame | pd.Series:
    """Return values by replicate as values by independent unit, a row each.

    Replicates of one source network share its luck: with three networks or more the unit is the
    network, and its value the mean over its replicates. With fewer it is the replicate, and what
    follows holds for these networks only.
    """
    if not over_networks(networks):
        return values
    return values.groupby(networks).mean()


def holds_for(networks: pd.Series) -> str:
    """Return in words what intervals over the units are good for."""
    if over_networks(networks):
        return "source networks of this source"
    count = networks.nunique()
    return "this source network" if count == 1 else f"these {count} source networks"
