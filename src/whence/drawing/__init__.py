"""Lineage as a picture: what is drawn, where it stands, and in which format it is written.

Four pure steps, each a module that knows only the ones before it:

- ``picture``: which items are drawn. Stacks are folded, the cap is kept, gaps find their place.
- ``lanes``: in which lane and column each item stands; causes left, effects right.
- ``layout``: where each item stands and how each arrow runs (``order``, ``rows`` do the work).
- ``svg``, ``dot``, ``mermaid``: the same picture in three languages.

Beside them: ``kinds`` (word, outline, glyph and colour of each kind), ``telling`` (the facts of
an item in words), ``lettering`` (how wide a text is), ``figures`` (numbers with their units) and
``escaping`` (names made safe to show). Nothing here reads a file, a clock or the environment, so
that the same lineage is drawn as the same bytes on the web, on paper and on a command line.
"""
