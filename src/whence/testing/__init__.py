"""For tests, ours and third parties': contract suites and small example histories.

- ``worlds``: small histories as data: a pipeline that ran once, or twice with a change per layer.
- ``store_contract``: what every store must do; subclass ``StoreContract``.
"""
