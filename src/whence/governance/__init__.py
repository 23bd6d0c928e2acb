"""Deciding: may this be called production? Policies, rules, approvals, waivers, gates.

A policy is a file that people review like code. Its rules ask the record; what they find are
findings with their evidence, and all of them together are a verdict. Nothing here decides by itself
what is good: it says what a policy asks, what the record answers, and who let what pass.

- ``document``: YAML in which every value knows its line;
- ``option``: what a rule may be asked for, as a table;
- ``policy``: the file as a value; every mistake in it is named with its line;
- ``case``: the thing that is judged, with what the record has of it, read once;
- ``rules``: one file each, found by the door ``whence.rules``;
- ``finding``, ``verdict``: what it comes to;
- ``evaluating``: policy + case → verdict, pure over a reader;
- ``waiver``: a finding that somebody lets pass until a day;
- ``sight``: what somebody saw who approved, as a digest and as a list, and what changed since;
- ``approval``: somebody says yes or no to it, with reason and signature;
- ``protection``: an alias that moves only through a policy;
- ``gate``: moving it.

What cannot be decided is not passed: a rule answers yes, no or unknown, and unknown holds the gate
shut unless the policy says otherwise.
"""
