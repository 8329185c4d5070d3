"""Makes one call over TLS, or over plaintext without a certificate of an authority, and prints its outcome as JSON: address, ca, cert, key."""

import json
import sys

import grpc


def read(path):
    with open(path, "rb") as file:
        return file.read()


address, *paths = sys.argv[1:]
if paths:
    pems = [read(path) for path in paths]
    credentials = grpc.ssl_channel_credentials(pems[0], *([pems[2], pems[1]] if len(pems) == 3 else []))
    channel = grpc.secure_channel(address, credentials, [("grpc.ssl_target_name_override", "bridge.test")])
else:
    channel = grpc.insecure_channel(address)
try:
    response = channel.unary_unary("/kinds.v1.Kinds/Unary")(b"\n\x03you", timeout=10)
    print(json.dumps({"code": "OK", "details": response.decode()}), flush=True)
except grpc.RpcError as error:
    print(json.dumps({"code": error.code().name, "details": error.details()}), flush=True)
