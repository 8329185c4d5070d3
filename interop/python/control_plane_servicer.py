"""bridge.ControlPlane: the way back from a handler, with a store in memory."""

from handler_bridge_pb2 import Control, KVCommonRes, KVGetRes, Status
from handler_bridge_pb2_grpc import ControlPlaneServicer

from lines import say
from values import decode, encode


class ControlPlane(ControlPlaneServicer):
    def __init__(self):
        self._store = {}

    def Connect(self, requests, context):
        for request in requests:
            reply = self._reply(request)
            if reply is not None:
                reply.correlation = request.correlation
                yield reply

    def _reply(self, request):
        member = request.WhichOneof("oneof_msg")
        if member == "log":
            fields = {key: decode(value) for key, value in request.log.fields.items()}
            say(event="log", of=request.log.msg, level=request.log.level, fields=fields)
            return None
        if member == "emit":
            # As a stock rxpress: nothing but the correlation.
            return Control()
        if member == "kv_get":
            key = (request.kv_get.bucket, request.kv_get.key)
            return Control(kv_get_res=KVGetRes(status=Status(), value=encode(self._store.get(key))))
        if member == "kv_put":
            self._store[request.kv_put.bucket, request.kv_put.key] = decode(request.kv_put.value)
            return Control(kv_common_res=KVCommonRes(status=Status()))
        if member == "kv_del":
            self._store.pop((request.kv_del.bucket, request.kv_del.key), None)
            return Control(kv_common_res=KVCommonRes(status=Status()))
        return None
