"""YAML as the very same tree as JSON: `no`, 12:30 and dates are texts, 1.10 is exact, and no key stands twice."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml


def load(text: str) -> Any:
    """Read one YAML document; raises ValueError, which says where, for anything that is not one."""
    try:
        return _Loader(text).get_single_data()
    except (yaml.YAMLError, ArithmeticError) as error:
        raise ValueError(str(error)) from None


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys: set[str] = set()
        for key, _ in node.value:
            if isinstance(key.value, str) and key.value in keys:
                raise yaml.MarkedYAMLError(problem=f"the field {key.value!r} stands twice", problem_mark=key.start_mark)
            keys.add(str(key.value))
        return super().construct_mapping(node, deep)


# Empty on purpose: YAML 1.1 would read the Norwegian "no" (as code or language) as False and 12:30 as 750.
_Loader.yaml_implicit_resolvers = {}


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(loader.construct_scalar(node))


def _resolve(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


_resolve("bool", "true|false", "tf")
_resolve("int", "-?(?:0|[1-9][0-9]*)", "-0123456789")
_resolve("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", "-0123456789")
_resolve("merge", "<<", "<")
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)
