"""For tests, ours and third parties': contract suites and small example histories.

- ``worlds``: small histories as data: a pipeline that ran once, or twice with a change per layer.
- ``records``: small records written by hand.
- ``comparer_contract``: what every comparer of files must do; subclass ``ComparerContract``.
- ``store_contract``: what every store must do; subclass ``StoreContract``.
- ``picture``: everything that a reader answers, to compare stores by; naive oracles.
"""
