"""Values of snakepit by name, as its Python and Elixir write them into google.protobuf.Any and the bytes beside it."""

import json
import pickle

from google.protobuf.any_pb2 import Any
from google.protobuf.struct_pb2 import Value
from google.protobuf.wrappers_pb2 import StringValue
from snakepit_bridge_pb2 import Variable

from anys import PREFIX, encode

GOOGLE = "type.googleapis.com/google.protobuf."
EMBEDDING = [float(n) for n in range(1281)]
# Runs a command in whoever unpickles it.
HOSTILE = b"cos\nsystem\n(S'exit 1'\ntR."


def _packed(message):
    packed = Any()
    packed.Pack(message)
    return packed


def _json(url, value):
    return Any(type_url=url, value=json.dumps(value).encode())


def _binary(tag, shape, data):
    meta = {"shape": shape, "dtype": "float32", "binary_format": "pickle", "type": tag}
    return encode(tag + ".binary", meta), data


def _anys():
    nan, inf = float("nan"), float("inf")
    for prefix, name in ((PREFIX, ""), ("dspex.variables/", ", other prefix")):
        yield "float" + name, encode("float", 1.5, prefix)
        yield "float nan" + name, encode("float", nan, prefix)
        yield "float -inf" + name, encode("float", -inf, prefix)
        yield "integer" + name, encode("integer", 7, prefix)
        yield "integer 2**70" + name, encode("integer", 2**70, prefix)
        yield "boolean" + name, encode("boolean", True, prefix)
        yield "string" + name, encode("string", "säße \U0001f600", prefix)
        yield "map with nan" + name, encode("map", {"nan": nan, "inf": [inf, -inf], "big": 2**70}, prefix)
    yield "float 7.0", encode("float", 7.0)
    yield "float 2**70", encode("float", float(2**70))
    yield "float inf", encode("float", inf)
    yield "string None", encode("string", "None")
    yield "choice", encode("choice", "red")
    yield "module", encode("module", "math")
    yield "embedding", encode("embedding", [0.5, 1.5])
    yield "tensor", encode("tensor", {"shape": [2, 1], "data": [[0.5], [1.5]]})
    yield "list with nan", encode("list", [nan, None])
    yield "StringValue with JSON", _json(GOOGLE + "StringValue", {"a": [1, "é"]})
    yield "StringValue with a JSON number", _json(GOOGLE + "StringValue", 7)
    yield "StringValue, packed", _packed(StringValue(value="säße"))
    yield "StringValue, packed repr", _packed(StringValue(value="{'a': None}"))
    yield "StringValue, packed and empty", _packed(StringValue())
    yield "Value with JSON", _json(GOOGLE + "Value", 7.5)
    yield "Value, packed", _packed(Value(number_value=7.5))
    yield "no JSON", Any(type_url=PREFIX + "float", value=b"1,5")


# Each is an Any, and the bytes beside it, or None.
VALUES = {name: (value, None) for name, value in _anys()} | {
    "embedding, pickled": _binary("embedding", [1281], pickle.dumps(EMBEDDING, protocol=5)),
    "tensor, hostile pickle": _binary("tensor", [1], HOSTILE),
}


def add_parameters(request):
    for name, (value, binary) in VALUES.items():
        request.parameters[name].CopyFrom(value)
        if binary is not None:
            request.binary_parameters[name] = binary
    request.binary_parameters["raw bytes"] = bytes(range(256))


def variables():
    """All of the values, in variables that do not say their type."""
    return {name: Variable(name=name, value=value, binary_value=binary or b"") for name, (value, binary) in VALUES.items()}
