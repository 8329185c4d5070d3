"""Values of every kind that Python has, by name, as they go over the wire."""

import datetime

from handler_bridge_pb2 import Value

from values import encode

_values = {
    "str": "säße \U0001f600",
    "str, empty": "",
    "str with JSON": '{"a":1}',
    "str with NUL": "a\0b",
    "int": 42,
    "int 0": 0,
    "int, negative": -7,
    "int 2**53 - 1": 2**53 - 1,
    "int 2**53 + 1": 2**53 + 1,
    "int 2**60": 2**60,
    "int, largest": 2**63 - 1,
    "int, smallest": -(2**63),
    "float": 0.1,
    "float 1.0": 1.0,
    "float -0.0": -0.0,
    "float 1e300": 1e300,
    "float nan": float("nan"),
    "float inf": float("inf"),
    "float -inf": float("-inf"),
    "bool True": True,
    "bool False": False,
    "None": None,
    "bytes": bytes(range(256)),
    "bytes, empty": b"",
    "bytearray": bytearray(b"\x00hi"),
    "dict": {"a": {"b": [True, None, 1.5, "é"]}, "__proto__": 1},
    "dict, empty": {},
    "dict with int keys": {1: "one"},
    "dict with 2**70": {"n": 2**70},
    "dict with 1.0": {"f": 1.0},
    "dict with nan": {"a": float("nan")},
    "dict with bytes": {"a": b"\x00"},
    "dict with a lone surrogate": {"a": "\ud800"},
    "list": [1, "a", [None], {}],
    "list, empty": [],
    "tuple": (1, 2),
    "set": {1},
    "date": datetime.date(2026, 1, 2),
    "complex": 1 + 2j,
}

SAMPLES = {name: encode(value) for name, value in _values.items()} | {
    "json that is none": Value(json="{"),
    "json, empty": Value(json=""),
    "no member": Value(),
}
