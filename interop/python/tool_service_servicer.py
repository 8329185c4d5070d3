"""loom.v1.ToolService: tools as loom-py and Loom answer for them."""

import json

from action_pb2 import (
    TOOL_ERROR,
    TOOL_INVALID_ARGUMENTS,
    TOOL_NOT_FOUND,
    TOOL_OK,
    TOOL_TIMEOUT,
    ListToolsResponse,
    ToolDescriptor,
    ToolError,
    ToolResult,
)
from action_pb2_grpc import ToolServiceServicer

# By the name of the tool. loom-py says TOOL_ERROR for all of them; Loom tells them by the status.
_failures = {
    "py lost": (TOOL_ERROR, ToolError(code="NOT_FOUND", message="no tool")),
    "py input": (TOOL_ERROR, ToolError(code="INVALID_INPUT", message="n is missing", details={"field": "n"})),
    "py arguments": (TOOL_ERROR, ToolError(code="INVALID_ARGUMENTS", message="no JSON")),
    "py failed": (TOOL_ERROR, ToolError(code="TOOL_ERROR", message="division by zero")),
    "lost": (TOOL_NOT_FOUND, ToolError(code="NOT_FOUND", message="no tool")),
    "arguments": (TOOL_INVALID_ARGUMENTS, ToolError(code="INVALID_ARGUMENTS", message="no JSON")),
    "late": (TOOL_TIMEOUT, ToolError(code="TIMEOUT", message="after 30 s")),
    "failed": (TOOL_ERROR, ToolError(code="EXECUTION_ERROR", message="division by zero")),
    "silent": (TOOL_ERROR, None),
}


class ToolService(ToolServiceServicer):
    def ListTools(self, request, context):
        schema = json.dumps({"type": "object", "properties": {"n": {"maximum": 2**70}}})
        return ListToolsResponse(tools=[ToolDescriptor(name="echo", parameters_schema=schema)])

    def Call(self, request, context):
        if request.name in _failures:
            status, error = _failures[request.name]
            return ToolResult(id=request.id, status=status, error=error)
        # Empty arguments are none.
        arguments = json.loads(request.arguments or "{}")
        return ToolResult(id=request.id, status=TOOL_OK, output=json.dumps({"text": request.arguments, "read": arguments, "repr": repr(arguments)}))
