"""Which of several differences made a metric change, found by running mixtures of two versions.

Read in this order:

- ``laboratory``: what a mixture, a trial and its outcome are; who runs them is not known here.
- ``trials``: what was tried so far, and the budget.
- ``estimates``: means and their intervals, as weighted sums of what mixtures gave.
- ``shapley``: the weights that make shares.
- ``sifting``, ``joining``, ``sampling``: leaving out what does nothing; making one of what cannot
  be told apart; shares where there are too many mixtures to run all.
- ``attribute``: the question itself.
- ``finding``: the answer.
"""
