"""snakepit.bridge.BridgeService: sessions' variables as the Elixir side keeps them, tools as a Python worker runs them."""

import json
import pickle
from hashlib import sha256

import grpc
from snakepit_bridge_pb2 import (
    BatchGetVariablesResponse,
    ExecuteToolResponse,
    GetVariableResponse,
    SetVariableResponse,
    Variable,
)
from snakepit_bridge_pb2_grpc import BridgeServiceServicer

from anys import describe, encode
from variables import EMBEDDING, variables


class BridgeService(BridgeServiceServicer):
    def __init__(self):
        # By session and identifier.
        self._written = {}

    def GetVariables(self, request, context):
        return BatchGetVariablesResponse(variables=variables(), missing_variables=[request.session_id])

    def SetVariable(self, request, context):
        if request.variable_identifier == "absent":
            context.abort(grpc.StatusCode.NOT_FOUND, "Variable not found: absent")
        if request.expected_version == 3:
            return SetVariableResponse(success=False, error_message="version_mismatch: 4")
        variable = Variable(name=request.variable_identifier, value=request.value, binary_value=request.binary_value)
        self._written[request.session_id, request.variable_identifier] = variable
        return SetVariableResponse(success=True, new_version=1)

    def GetVariable(self, request, context):
        return GetVariableResponse(variable=self._written[request.session_id, request.variable_identifier])

    def ExecuteTool(self, request, context):
        return getattr(self, "do_" + request.tool_name)(request)

    def do_describe(self, request):
        seen = {key: describe(request.parameters[key]) for key in sorted(request.parameters)}
        bytes_seen = {key: sha256(value).hexdigest() for key, value in sorted(request.binary_parameters.items())}
        return _result(encode("map", {"session": request.session_id, "seen": seen, "bytes": bytes_seen}))

    def do_unpickle(self, request):
        """Whether the pickle came back as it was, and what describes it. The worker unpickles; we never do."""
        return _result(encode("list", [pickle.loads(request.binary_parameters["x"]) == EMBEDDING, *describe(request.parameters["x"])]))

    def do_bytes(self, request):
        return _result(None, binary_result=bytes(range(256)))

    def do_bytes_described(self, request):
        return _result(encode("map", {}), binary_result=bytes(range(256)))

    def do_fail(self, request):
        return ExecuteToolResponse(success=False, error_message="no such model", metadata={"tried": "3"}, execution_time_ms=5)

    def do_fail_at_length(self, request):
        error = {"type": "ValueError", "message": "no such model", "context": {"n": float("nan")}}
        return ExecuteToolResponse(success=False, error_message=json.dumps(error))

    def do_raise(self, request):
        raise RuntimeError("a bug in a tool")


def _result(value, **more):
    return ExecuteToolResponse(success=True, result=value, **more)
