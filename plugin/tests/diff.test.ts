/** What a change of services, enums or files is told to mean: a row for each kind of change. */
import { describe } from "vitest";
import { rows, version } from "./diff-support.js";

const service = (rpcs: string): string => `service S { ${rpcs} } message Req { string id = 1; int32 n = 2; } message Res { string x = 1; }`;
const go = "rpc Go(Req) returns (Res);";

describe("services", () => {
  rows([
    [
      "new RPCs",
      service(go),
      service(`${go} rpc Stop(Req) returns (stream Res); rpc Put(stream Req) returns (Res);`),
      [
        "todo | method added | a.S.Stop | write SServicer.stop(request: Req): AsyncIterable<Res>, which answers UNIMPLEMENTED until then; clients call SClient.stop",
        "todo | method added | a.S.Put | write SServicer.put(requests: AsyncIterable<Req>): Res, which answers UNIMPLEMENTED until then; clients call SClient.put",
      ],
    ],
    [
      "an RPC that is gone",
      service(`${go} rpc Stop(Res) returns (Res);`),
      service(go),
      ["source | method removed | a.S.Stop | SServicer.stop and SClient.stop are gone"],
    ],
    [
      "an RPC that was renamed",
      service(`${go} rpc Stop(Res) returns (Res);`),
      service(`${go} rpc Halt(Res) returns (Res);`),
      ["source | method renamed? | a.S.Halt | SClient.stop may be SClient.halt now: the RPC Stop is gone, and Halt has the same request and response"],
    ],
    [
      "an RPC that could be either of two",
      service(`rpc Stop(Res) returns (Res);`),
      service(`rpc Halt(Res) returns (Res); rpc End(Res) returns (Res);`),
      [
        "source | method removed | a.S.Stop | SServicer.stop and SClient.stop are gone",
        "todo | method added | a.S.Halt | write SServicer.halt(request: Res): Res, which answers UNIMPLEMENTED until then; clients call SClient.halt",
        "todo | method added | a.S.End | write SServicer.end(request: Res): Res, which answers UNIMPLEMENTED until then; clients call SClient.end",
      ],
    ],
    [
      "another request",
      service(go),
      service("rpc Go(Res) returns (Res);"),
      ["source | method changed | a.S.Go | SServicer.go was (request: Req): Res and is (request: Res): Res"],
    ],
    [
      "another response",
      service(go),
      service("rpc Go(Req) returns (stream Req);"),
      ["source | method changed | a.S.Go | SServicer.go was (request: Req): Res and is (request: Req): AsyncIterable<Req>"],
    ],
    [
      "an RPC that the config renames",
      version(service(go)),
      version(service(go), "methods: { a.S.Go: { name: run } }"),
      ["source | method renamed | a.S.Go | SClient.go is SClient.run now"],
    ],
    [
      "an RPC that the config skips",
      version(service(go)),
      version(service(go), "methods: { a.S.Go: { skip: true } }"),
      ["source | method removed | a.S.Go | SServicer.go and SClient.go are gone: the config skips the RPC"],
    ],
    [
      "a new service",
      service(go),
      `${service(go)} service T { ${go} }`,
      ["todo | service added | a.T | write and serve a TServicer with 1 method; clients have TClient"],
    ],
    ["a service that is gone", `${service(go)} service T { ${go} }`, service(go), ["source | service removed | a.T | TServicer and TClient are gone"]],
    [
      "a service that was renamed",
      service(go),
      service(go).replace("service S", "service Better"),
      ["source | service renamed? | a.Better | SClient and SServicer may be BetterClient and BetterServicer now: they share most RPCs"],
    ],
    [
      "a client whose name a message took",
      service(go),
      `${service(go)} message SClient {}`,
      ["source | service renamed | a.S | SClient is SClient$ now", "new | message added | a.SClient | SClient"],
    ],
    [
      "a service that the config renames",
      version(service(go)),
      version(service(go), "services: { a.S: { name: Better } }"),
      ["source | service renamed | a.S | S is Better, SMethods is BetterMethods, SServicer is BetterServicer, SClient is BetterClient now"],
    ],
  ]);
});

describe("faults", () => {
  const res = (fields: string): string => `service S { rpc Go(Req) returns (Res); } message Req {} message Res { ${fields} }`;
  const both = "bool success = 1; string error_message = 2;";
  rows([
    [
      "a fault",
      res("bool success = 1;"),
      res(both),
      [
        "source | fault added | a.S.Go | SClient.go throws a BridgeError where Res tells an error: it has a bool success and a string error_message",
        "new | property added | a.Res.error_message | Res.errorMessage: string",
      ],
    ],
    [
      "no fault any more",
      version(res(both)),
      version(res(both), "messages: { a.Res: { fault: { none: true } } }"),
      ["source | fault removed | a.S.Go | SClient.go throws no BridgeError any more where Res tells an error: there is none"],
    ],
    [
      "a code that is told as a status",
      version(res(both)),
      version(res(both), "methods: { a.S.Go: { statuses: [NOT_FOUND] } }"),
      ["other | fault changed | a.S.Go | the fault of SClient.go: told as a status: NOT_FOUND, before: nothing"],
    ],
    [
      "a fault in another place",
      version(res(`${both} bool ok = 3;`)),
      version(res(`${both} bool ok = 3;`), "messages: { a.Res: { fault: { success: ok } } }"),
      ["other | fault changed | a.S.Go | the fault of SClient.go: it is in ok, error_message, and was in success, error_message"],
    ],
  ]);
});

describe("scopes", () => {
  const two = (fields: string, more = ""): string =>
    `service S { rpc A(Req) returns (Req); rpc B(Req2) returns (Req); ${more} } message Req { string user_id = 1; } message Req2 { ${fields} }`;
  rows([
    [
      "a scope",
      two("string x = 2;"),
      two("string x = 2; string user_id = 1;"),
      [
        "new | scope added | a.S.user_id | SClient.user() binds user_id: user_id is a string in 2 requests",
        "new | property added | a.Req2.user_id | Req2.userId: string",
      ],
    ],
    [
      "no scope any more",
      two("string x = 2; string user_id = 1;"),
      two("string x = 2;"),
      ["source | scope removed | a.S.user_id | SClient.user() and SUser are gone", "source | property removed | a.Req2.user_id | Req2.userId is gone"],
    ],
    [
      "a scope that the config renames",
      version(two("string user_id = 1;")),
      version(two("string user_id = 1;"), "services: { a.S: { scopes: { user_id: { name: of } } } }"),
      ["source | scope renamed | a.S.user_id | SClient.user() is SClient.of(), SUser is SOf now"],
    ],
    [
      "an RPC that a scope lost",
      `${two("string user_id = 1;", "rpc C(Req3) returns (Req);")}message Req3 { string user_id = 1; string z = 2; }`,
      `${two("string user_id = 1;", "rpc C(Req3) returns (Req);")}message Req3 { string z = 2; }`,
      [
        "source | scope removed | a.S.user_id | SUser.c is gone: its request has no user_id to bind",
        "source | property removed | a.Req3.user_id | Req3.userId is gone",
      ],
    ],
  ]);
});

describe("enums", () => {
  rows([
    ["a new enum", "enum E { E_A = 0; }", "enum E { E_A = 0; } enum F { F_A = 0; }", ["new | enum added | a.F | F"]],
    ["an enum that is gone", "enum E { E_A = 0; } enum F { F_A = 0; }", "enum E { E_A = 0; }", ["source | enum removed | a.F | F is gone"]],
    [
      "an enum that was renamed",
      "enum E { E_A = 0; E_B = 1; }",
      "enum Kind { KIND_A = 0; KIND_B = 1; }",
      ["source | enum renamed? | a.Kind | E may be Kind now: they have the same numbers"],
    ],
    [
      "values",
      "enum E { E_A = 0; E_B = 1; E_C = 2; E_X = 5; }",
      "enum E { E_A = 0; E_BB = 1; E_D = 3; E_X = 6; }",
      [
        "wire | enum value changed | a.E.E_X | E.X has another number | E_X was 5 and is 6",
        "source | enum value renamed | a.E.E_BB | E.B is E.BB now",
        "source | enum value removed | a.E.E_C | E.C is gone",
        "new | enum value added | a.E.E_D | E.D",
      ],
    ],
    [
      "an enum that the config renames",
      version("enum E { E_A = 0; }"),
      version("enum E { E_A = 0; }", "enums: { a.E: { name: F } }"),
      ["source | enum renamed | a.E | E is F now"],
    ],
  ]);
});

describe("files", () => {
  const file = (lines: string) => `syntax = "proto3"; package a; ${lines}`;
  rows([
    [
      "types that another file declares now",
      { protos: { "a.proto": file("message A {} message B {} enum E { E_A = 0; } message C {}") } },
      { protos: { "a.proto": file("message A {}"), "b.proto": file("message B {} enum E { E_A = 0; } message C {}") } },
      ["source | file changed | b.proto | import B, C, E from b_bridge, no more from a_bridge"],
    ],
  ]);
});
