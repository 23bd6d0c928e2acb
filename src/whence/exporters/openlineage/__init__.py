"""Runs of the record as OpenLineage events, for catalogs and other receivers.

- ``naming``: how OpenLineage calls what lies at a location, as a table.
- ``facets``: what the record knows, in the standard's facets and a few of our own.
- ``mapping``: a run as its two events: START and how it ended, both with everything.
- ``sending``: to a file, over HTTP, to Kafka.
"""
