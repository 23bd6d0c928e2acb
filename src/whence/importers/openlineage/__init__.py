"""What OpenLineage producers tell (dbt, Airflow, Spark, Feast …) becomes records.

- ``schemas``: the specification's own JSON Schemas, vendored unchanged.
- ``validation``: whether an event is one, and if not what is wrong and where.
- ``event``: an event as values: times, names, facets by their place.
- ``facets``: which facet says what of a run, a job or a dataset, as a table.
- ``columns``: which column came of which.
- ``composing``: an event, with what the store knows, as one record.
- ``files``: events that lie in a file, one JSON object on each line.
"""
