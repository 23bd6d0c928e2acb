"""Nouns as bytes, and bytes as nouns: the only place that knows how a thing is written down.

- ``canonical``: JSON values in their one byte form (RFC 8785), and a parser that refuses whatever
  two readers could understand differently.
- ``codec``: records as JSON values and back, by version.
- ``shapes``: frozen dataclasses as JSON values and back, by their annotations.

A value goes out by ``canonical(encode(record))`` and comes back by ``decode(parse(data))``. All
that is hashed, compared or sent to others goes this way; what cannot, raises ``WireError`` and
says where.
"""
