/** What `buf breaking` finds is told of the change that it is about; what breaks nothing is not told to. */
import { describe, expect, it } from "vitest";
import { changes, lineOf, type Version, version } from "./diff-support.js";

const wire = (old: Version, now: Version): readonly string[] =>
  changes(old, now, { wire: true })
    .filter((change) => change.wire.length > 0)
    .map(lineOf);

const go = "message Req { string x = 1; int32 y = 2; } message Res { bytes z = 1; }";

describe("the wire", () => {
  it.each<readonly [what: string, before: string, after: string, lines: readonly string[]]>([
    [
      "an RPC that is gone",
      `service S { rpc Go(Req) returns (Res); rpc Put(Req) returns (Req); } ${go}`,
      `service S { rpc Go(Req) returns (Res); } ${go}`,
      ['wire | method removed | a.S.Put | SServicer.put and SClient.put are gone | Previously present RPC "Put" on service "S" was deleted (RPC_NO_DELETE)'],
    ],
    [
      "an RPC that was renamed",
      `service S { rpc Go(Req) returns (Res); } ${go}`,
      `service S { rpc Run(Req) returns (Res); } ${go}`,
      [
        'wire | method renamed? | a.S.Run | SClient.go may be SClient.run now: the RPC Go is gone, and Run has the same request and response | Previously present RPC "Go" on service "S" was deleted (RPC_NO_DELETE)',
      ],
    ],
    [
      "a service that is gone",
      `service S { rpc Go(Req) returns (Res); } service T { rpc Put(Req) returns (Req); } ${go}`,
      `service S { rpc Go(Req) returns (Res); } ${go}`,
      [
        'wire | service removed | a.T | TServicer and TClient are gone | Previously present service "T" was deleted from package "a" (PACKAGE_SERVICE_NO_DELETE)',
      ],
    ],
    [
      "a service that was renamed",
      `service S { rpc Go(Req) returns (Res); } ${go}`,
      `service T { rpc Go(Req) returns (Res); } ${go}`,
      [
        'wire | service renamed? | a.T | SClient and SServicer may be TClient and TServicer now: they share most RPCs | Previously present service "S" was deleted from package "a" (PACKAGE_SERVICE_NO_DELETE)',
      ],
    ],
    [
      "another request",
      `service S { rpc Go(Req) returns (Res); } ${go}`,
      `service S { rpc Go(Res) returns (Res); } ${go}`,
      [
        'wire | method changed | a.S.Go | SServicer.go was (request: Req): Res and is (request: Res): Res | RPC "Go" on service "S" changed request type from "a.Req" to "a.Res" (RPC_SAME_REQUEST_TYPE)',
      ],
    ],
    [
      "a request of the same shape with another name",
      `service S { rpc Go(Req) returns (Res); } ${go}`,
      `service S { rpc Go(Req2) returns (Res); } ${go.replace("Req", "Req2")}`,
      [],
    ],
    ["a field of a message that was renamed", `message M { Req r = 1; } ${go}`, `message M { Req2 r = 1; } ${go.replace("Req", "Req2")}`, []],
    [
      "a stream",
      `service S { rpc Go(Req) returns (Res); } ${go}`,
      `service S { rpc Go(Req) returns (stream Res); } ${go}`,
      [
        'wire | method changed | a.S.Go | SServicer.go was (request: Req): Res and is (request: Req): AsyncIterable<Res> | RPC "Go" on service "S" changed from server unary to server streaming (RPC_SAME_SERVER_STREAMING)',
      ],
    ],
    [
      "a field that is gone",
      "message M { string x = 1; string y = 2; }",
      "message M { string x = 1; }",
      [
        'wire | property removed | a.M.y | M.y is gone | Previously present field "2" with name "y" on message "M" was deleted without reserving the number "2" (FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED)',
      ],
    ],
    ["a field that is gone, with its number reserved", "message M { string x = 1; string y = 2; }", "message M { string x = 1; reserved 2; }", []],
    [
      "another type",
      "message M { string x = 1; }",
      "message M { int32 x = 1; }",
      [
        'wire | property changed | a.M.x | M.x: string -> number | Field "1" with name "x" on message "M" changed type from "string" to "int32" (FIELD_WIRE_COMPATIBLE_TYPE)',
      ],
    ],
    ["a wider integer", "message M { int32 x = 1; }", "message M { int64 x = 1; }", []],
    [
      "a type that is the same in TypeScript",
      "message M { int32 x = 1; }",
      "message M { sint32 x = 1; }",
      [
        'wire | wire changed | a.M.x | a.M.x: nothing changes in TypeScript | Field "1" with name "x" on message "M" changed type from "int32" to "sint32" (FIELD_WIRE_COMPATIBLE_TYPE)',
      ],
    ],
    ["another name", "message M { string x = 1; }", "message M { string y = 1; }", []],
    [
      "a list",
      "message M { string x = 1; }",
      "message M { repeated string x = 1; }",
      [
        'wire | property changed | a.M.x | M.x: string -> string[] | Field "1" with name "x" on message "M" changed cardinality from "optional with implicit presence" to "repeated" (FIELD_WIRE_COMPATIBLE_CARDINALITY)',
      ],
    ],
    [
      "a field that moved into a oneof",
      "message M { string x = 1; oneof o { string y = 2; } }",
      "message M { oneof o { string x = 1; string y = 2; } }",
      [
        'wire | case changed | a.M.x | M.x: string -> M.o case "x": string | Field "1" with name "x" on message "M" moved from outside to inside a oneof (FIELD_SAME_ONEOF)',
      ],
    ],
    [
      "a message in a message, of which there are two of one name",
      "message A { message In { int32 x = 1; } } message B { message In { int32 x = 1; } }",
      "message A {\n message In { int32 x = 1; } }\nmessage B { message In { string x = 1; } }",
      [
        'wire | property changed | a.B.In.x | B_In.x: number -> string | Field "1" with name "x" on message "In" changed type from "int32" to "string" (FIELD_WIRE_COMPATIBLE_TYPE)',
      ],
    ],
    [
      "a member of a value",
      "message V { oneof k { string s = 1; bool b = 2; double d = 3; } }",
      "message V { oneof k { string s = 1; bool b = 2; } }",
      [
        'wire | value changed | a.V | V: null | boolean | number | string -> null | boolean | string; it lost d | Previously present field "3" with name "d" on message "V" was deleted without reserving the number "3" (FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED)',
      ],
    ],
    [
      "a value of an enum",
      "enum E { E_A = 0; E_B = 1; }",
      "enum E { E_A = 0; }",
      [
        'wire | enum value removed | a.E.E_B | E.B is gone | Previously present enum value "1" on enum "E" was deleted without reserving the number "1" (ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED)',
      ],
    ],
    [
      "idempotency, of which TypeScript knows nothing",
      `service S { rpc Go(Req) returns (Res); } ${go}`,
      `service S { rpc Go(Req) returns (Res) { option idempotency_level = NO_SIDE_EFFECTS; } } ${go}`,
      [
        'wire | wire changed | a.S.Go | a.S.Go: nothing changes in TypeScript | RPC "Go" on service "S" changed option "idempotency_level" from "IDEMPOTENCY_UNKNOWN" to "NO_SIDE_EFFECTS" (RPC_SAME_IDEMPOTENCY_LEVEL)',
      ],
    ],
    [
      "what is new",
      `service S { rpc Go(Req) returns (Res); } ${go}`,
      `service S { rpc Go(Req) returns (Res); rpc Put(Req) returns (Req); } ${go} enum E { E_A = 0; }`,
      [],
    ],
    [
      "a member of a link",
      "service S { rpc Do(stream C) returns (stream C); } message C { oneof m { A a = 1; B b = 2; } } message A {} message B {}",
      "service S { rpc Do(stream C) returns (stream C); } message C { oneof m { A a = 1; } } message A {}",
      [
        'wire | link member removed | a.C.b | either end says b(message: B) no more: its method and its handler are gone | Previously present field "2" with name "b" on message "C" was deleted without reserving the number "2" (FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED)',
      ],
    ],
    [
      "a number that is reserved no more",
      "message M { reserved 2; }",
      "message M { }",
      [
        'wire | wire changed | a.M | a.M: nothing changes in TypeScript | Previously present reserved range "[2]" on message "M" is missing values: [2] were removed (RESERVED_MESSAGE_NO_DELETE)',
      ],
    ],
  ])("%s", (_what, before, after, lines) => {
    expect(wire(version(before), version(after))).toEqual(lines);
  });

  it("proto2's required fields", () => {
    const proto2 = (fields: string): Version => ({ protos: { "a.proto": `syntax = "proto2"; package a; message M { ${fields} }` } });
    expect(wire(proto2("optional string x = 1;"), proto2("optional string x = 1; required string y = 2;"))).toEqual([
      'wire | property added | a.M.y | M.y?: string | Message "M" had required field "2" added. Required fields must always be sent, so if one side does not know about the required field, this will result in a breakage (MESSAGE_SAME_REQUIRED_FIELDS)',
    ]);
  });
});
