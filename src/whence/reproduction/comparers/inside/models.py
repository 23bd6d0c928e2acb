"""Two models of one kind: what their numbers are, and what they predict on the same tables."""

from typing import Any, Dict, List

from . import evaluating, loaders, predicting, weights


def answer(words: List[str]) -> Dict[str, Any]:
    """How the models compare.

    Args:
        words: The kind (a word of ``loaders.LOADERS``), the two files, then evaluation tables.

    Returns:
        ``model``, its class; ``weights``: ``exact``, ``largest``, ``count``, ``differing`` and
        ``kind``, or ``different``, why they cannot be; ``predictions``, one for each table that
        fitted: ``table``, ``rows``, ``method``, ``identical``, ``largest``, ``kind``,
        ``differing``, ``decisions``; ``refused``, why there are none.
    """
    kind, recorded, again, tables = words[0], words[1], words[2], words[3:]
    load = loaders.LOADERS[kind]
    one, other = load(recorded), load(again)
    told: Dict[str, Any] = {"model": f"{type(one).__module__}.{type(one).__name__}"}
    told["weights"] = weights.compare(one, other)
    pair = predicting.predictor_in(one), predicting.predictor_in(other)
    if pair[0] is None or pair[1] is None:
        told["refused"] = "nothing in it predicts"
        return told
    refused = "no evaluation data is known"
    told["predictions"] = []
    for path in tables:
        try:
            table = evaluating.read_table(path)
        except Exception as error:
            refused = f"{path} cannot be read: {error}"
            continue
        found, refused_here = predicting.compare(pair[0], pair[1], table)
        refused = refused_here or refused
        if found is not None:
            told["predictions"].append(dict(found, table=path.rpartition("/")[2]))
    if not told["predictions"]:
        told["refused"] = refused
    return told
