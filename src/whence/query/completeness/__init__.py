"""How much is known of where a thing came from: a score with its reasons and cheapest remedies.

``docs/completeness.md`` has the formula in words; ``table`` has it as data, and a test holds the
two to each other.

- ``table``: layers, what is asked in each, what each question weighs, what remedies cost;
- ``story``, ``reading``: an ancestry as things and runs, each with what is known of it;
- ``evidence``: how far one run answers the questions asked of it;
- ``models``: how far evaluations and base models are known;
- ``flow``: how much each thing and run counts: the nearer to what is asked about, the more;
- ``score``: all of it added up, by layer and by basis;
- ``remedies``: what would raise the score, by how much and at what cost;
- ``answer``: the JSON of it.
"""
