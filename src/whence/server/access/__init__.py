"""Who may do what: permissions and roles, tokens, sign-in, and the log of what was refused or read.

- ``permission``: the table of roles, and the one decision ``may``.
- ``request_rules``: what a request must be like, whoever sends it: host, origin, CSRF.
- ``token``: what a token is, and whether it still holds.
- ``accessfile``, ``register``: what is kept of users, tokens, sessions and protected projects.
- ``administration``: changing that; every change is written down.
- ``audit``: an append-only log of its own, with the proofs of the ledger.
- ``claims``, ``oidc``, ``signin``: sign-in with an OpenID provider; claims become roles by a table.
- ``limiter``: how often an address may show what does not hold.
- ``gate``: from a request to a principal; ``opening`` makes the gate of a server.

Decisions are pure; the register and the provider stand at the edge.
"""
