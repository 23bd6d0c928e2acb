"""Named, versioned attachments to a node."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from whence.model.edge import Basis
from whence.model.identity import NodeId

FACETS: Mapping[str, str] = MappingProxyType(
    {
        "execution": "how a run was started: command, folder, host, process, parent",
        "outcome": "how a run ended: state, exit status, signal, time",
        "parameters": "what steered a run, each value with where it was seen",
        "metrics": "what a run measured, each value with its step where there is one",
        "seeds": "what randomness started from",
        "steps": "what happened inside a run: objects read, split, fitted, evaluated, written",
        "executed": "which functions and lines of a run's sources ran, as far as that was followed",
        "links": "runs that other tools keep of this one",
        "tracked": "the files, data sets and models that other trackers were handed",
        "claims": "what somebody says of a content: name, version, digest, base model",
        "cells": "the cells of a notebook in the order in which they were executed",
        "model": "class, framework, size and signature of a model",
        "remote": "what a place beyond this machine says of its content: ETag, version, revision",
        "query": "the statement by which rows of a database were read or written",
        "queries": "the statements that a run sent to databases, without values",
        "calls": "services beyond this machine that a run called, and how often",
        "observers": "which observers watched a run, and which could not",
        "gaps": "what is not known of a run or an artifact, and why",
        "hardware": "the machine that a run ran on",
        "processes": "the processes of a run",
        "imports": "the packages of which a run loaded modules; which of them its sources name",
        "reproduction": "which run this one does again, and what for",
        "verdict": "what doing it again came to, by the replay that tells",
        "attribution": "which difference made a metric change, by running mixtures",
        "tags": "words that people attached",
        "code": "commit, branch, remote, changes not committed, files really used",
        "environment": "interpreter, packages, operating system, container image",
        "file": "size and form of a file's content",
        "table": "rows and columns of a table",
        "manifest": "the members of a folder: path, size, SHA-256",
        "registration": "why and from what a model version was registered",
        "alias": "where a movable name points from now on",
        "deployment": "where a version serves, since when, with which share; until when",
        "owners": "who answers for a thing, each with the role; null for one who does no more",
        "licence": "under which licence a thing may be used, as an SPDX expression",
        "retired": "that a version, or a name, is not to be used any more, since when and why",
        "changes": "the history of a thing in the register: who changed what, and when",
        "wiring": "the parts of a system, and how they are joined",
        "protection": "which policy an alias moves through",
        "policy": "the text of a policy",
        "checks": "what policies came to for a thing, by the record that tells",
        "approvals": "who said yes or no to a thing, as signed, by the record that tells",
        "sight": "what there was to see of a thing when somebody approved or rejected it",
        "waivers": "rules that somebody lets a thing pass until a day, and why",
        "hold": "that somebody wants a thing, and what it comes from, to be kept, and why",
        "description": "words about a thing, by a person",
        "project": "the projects that a thing belongs to besides those whose records name it",
        "events": "what a run's own tool told of it: time and kind of each event, and its record",
        "openlineage": "facets of OpenLineage events, word for word, by the slot they stood in",
        "intended": "what was said of outputs before their run had completed",
        "place": "how others name a place: namespace and name",
        "columns": "which columns of which places each column of a dataset came from",
        "design": "what a job is said to read and write before it ever ran",
    }
)
"""Every facet this version writes; all at version 1. Others are kept as they come."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One attachment. Saying the same facet again adds to it: keys of the later one win."""

    node: NodeId
    name: str
    basis: Basis
    data: Mapping[str, Any]
    """JSON: ``str``, ``int`` up to 2**53, finite ``float``, ``bool``, ``None``, lists, mappings."""
    version: int = 1
