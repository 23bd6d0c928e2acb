"""Deciding: policies, their rules, approvals, waivers, gates."""
