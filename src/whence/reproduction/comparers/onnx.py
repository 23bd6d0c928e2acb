"""ONNX: nodes and tensors, read from the wire format without the package."""

import struct
from pathlib import Path
from typing import Any

from whence.reproduction.comparers.blocks import Block
from whence.reproduction.comparers.loading import read_whole
from whence.reproduction.comparers.prediction import judge
from whence.reproduction.comparers.protobuf import read_message
from whence.reproduction.comparers.trees import liken
from whence.reproduction.interface import Comparison, Pair

# onnx.proto, IR version 3 and later.
_SCHEMA = {
    "model": {
        1: ("ir_version", "whole"), 2: ("producer_name", "text"), 3: ("producer_version", "text"),
        4: ("domain", "text"), 5: ("model_version", "whole"), 6: ("doc_string", "text"),
        7: ("graph", "graph"), 8: ("opset_import", "opset*"), 14: ("metadata_props", "bytes*"),
    },
    "opset": {1: ("domain", "text"), 2: ("opset", "whole")},
    "graph": {
        1: ("node", "node*"), 2: ("graph_name", "text"), 5: ("initializer", "tensor*"),
        10: ("doc_string", "text"), 11: ("input", "bytes*"), 12: ("output", "bytes*"),
        13: ("value_info", "bytes*"), 16: ("metadata_props", "bytes*"),
    },
    "node": {
        1: ("input", "text*"), 2: ("output", "text*"), 3: ("name", "text"), 4: ("op_type", "text"),
        5: ("attribute", "attribute*"), 6: ("doc_string", "text"), 7: ("domain", "text"),
        9: ("metadata_props", "bytes*"),
    },
    "attribute": {
        1: ("name", "text"), 2: ("f", "single"), 3: ("i", "whole"), 4: ("s", "bytes"),
        5: ("t", "tensor"), 6: ("g", "graph"), 7: ("floats", "single*"), 8: ("ints", "whole*"),
        9: ("strings", "bytes*"), 10: ("tensors", "tensor*"), 11: ("graphs", "graph*"),
        13: ("doc_string", "text"), 20: ("type", "whole"),
    },
    "tensor": {
        1: ("dims", "whole*"), 2: ("data_type", "whole"), 4: ("float_data", "single*"),
        5: ("int32_data", "whole*"), 6: ("string_data", "bytes*"), 7: ("int64_data", "whole*"),
        8: ("name", "text"), 9: ("raw_data", "bytes"), 10: ("double_data", "double*"),
        11: ("uint64_data", "whole*"), 12: ("doc_string", "text"),
    },
}  # fmt: skip

_DTYPES = {
    1: "<f4", 2: "|u1", 3: "|i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 9: "|b1", 10: "<f2",
    11: "<f8", 12: "<u4", 13: "<u8", 14: "<c8", 15: "<c16", 16: "<bf2",
}  # fmt: skip


class OnnxComparer:
    """Graph, nodes and initializers; what a model predicts, in the sandbox."""

    name = "onnx"

    def takes(self, name: str, head: bytes) -> bool:
        """By the end of the name: the format has no magic."""
        return name.lower().endswith(".onnx") and head[:1] == b"\x08"

    def compare(self, pair: Pair) -> Comparison:
        """As two trees."""
        found = liken(read_model(pair.recorded), read_model(pair.again))
        if found.exact and not found.harmless:
            found.harmless.add("key-order")
        return judge(self.name, "onnx", pair, found)


def read_model(path: Path) -> Any:
    """A model as a tree, tensors as arrays.

    Raises:
        ValueError: it is none.
    """
    found = read_message(read_whole(path), "model", _SCHEMA)
    opsets = found.get("opset_import", ())
    found["opset_import"] = {each.get("domain", ""): each.get("opset") for each in opsets}
    return _with_arrays(found)


def _with_arrays(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_arrays(each) for each in node]
    if not isinstance(node, dict):
        return node
    if "raw_data" in node or "float_data" in node:
        return _tensor(node)
    found = {key: _with_arrays(value) for key, value in node.items()}
    if isinstance(found.get("floats"), list):
        numbers = found["floats"]
        found["floats"] = Block("<f4", (len(numbers),), struct.pack(f"<{len(numbers)}f", *numbers))
    return found


def _tensor(told: dict[str, Any]) -> Any:
    dtype = _DTYPES.get(told.get("data_type", 0), "|V1")
    data = told.get("raw_data")
    if data is None:
        numbers = told["float_data"]
        dtype, data = "<f4", struct.pack(f"<{len(numbers)}f", *numbers)
    return {"name": told.get("name", ""), "data": Block(dtype, tuple(told.get("dims", ())), data)}
