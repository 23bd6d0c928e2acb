"""What a policy may ask, as JSON."""

import inspect
from collections.abc import Mapping
from typing import Any

from whence.governance.option import Option
from whence.governance.policy import COMMON
from whence.governance.rules.interface import Rule


def rules_json(rules: Mapping[str, Rule]) -> dict[str, Any]:
    """Every rule as ``schemas/rules-1.json`` has it."""
    return {
        "rules": [
            {
                "rule": name,
                "about": inspect.cleandoc(rule.__doc__ or ""),
                "options": [_option_json(each) for each in rule.OPTIONS],
            }
            for name, rule in rules.items()
        ],
        "common": [_option_json(each) for each in COMMON],
    }


def _option_json(option: Option) -> dict[str, Any]:
    default = option.default
    return {
        "name": option.name,
        "sort": option.sort.value,
        "meaning": option.meaning,
        "default": list(default) if isinstance(default, tuple) else default,
        "required": option.required,
        "choices": list(option.choices),
    }
