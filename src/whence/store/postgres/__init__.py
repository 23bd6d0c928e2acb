"""The store of a team: PostgreSQL, written by many processes, read by many more.

- ``store``: the store: sessions, the one sequence of writers, what happens when the link breaks.
- ``address``: what a URL says, and connections made from it.
- ``database``: one connection with the words that all SQL stores share.
- ``tables``: statements, versions, grants.
"""
