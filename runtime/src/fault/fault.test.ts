import { describe, expect, it } from "vitest";
import { BridgeError, type Code, codes, errorDetail } from "../errors.js";
import { setOwn } from "../own.js";
import { encodeStatus } from "../status.js";
import { StringValue } from "../wkt.js";
import { ErrorInfo } from "./errorInfo.js";
import { type FaultShape, fault } from "./fault.js";
import { readFault } from "./reading.js";
import { faultResponse, withOk } from "./writing.js";

const flag = fault({ success: "success", message: ["errorMessage"] });
const status = fault({ code: { path: ["status", "code"], ok: [0], codes: [[1, "unknown"]], other: 1 }, message: ["status", "message"] });
const grpc = fault({
  code: { path: ["code"], ok: [0, 200], codes: "grpc" },
  message: ["error", "text"],
  details: { path: ["error", "status"], as: "status" },
});
const tool = fault({
  code: {
    path: ["status"],
    ok: [0],
    codes: [
      [3, "not_found"],
      [2, "deadline_exceeded"],
      [4, "invalid_argument"],
      [1, "unknown"],
      [3, "unavailable"],
    ],
    other: 1,
  },
  reason: {
    path: ["error", "code"],
    codes: [
      ["NOT_FOUND", "not_found"],
      ["INVALID_ARGUMENTS", "invalid_argument"],
      ["INVALID_INPUT", "invalid_argument"],
    ],
    other: "EXECUTION_ERROR",
  },
  message: ["error", "message"],
  details: { path: ["error", "details"], as: "map" },
});
const any = fault({
  success: "ok",
  reason: { path: ["reason"], codes: [], other: "FAILED" },
  message: ["text"],
  details: { path: ["details"], as: "any" },
});
const packed = errorDetail(StringValue, "why");

describe("a shape", () => {
  const message = ["error", "message"] as const;
  it.each<[string, FaultShape, string]>([
    ["neither success nor code", { message }, "is told by either success or code"],
    ["both", { success: "success", code: { path: ["code"], ok: [0], codes: "grpc" }, message }, "is told by either success or code"],
    ["no number for other codes", { code: { path: ["code"], ok: [0], codes: [] }, message }, "has a table of codes, and no number for other codes"],
  ])("with %s is refused", (_, shape, why) => {
    expect(() => fault(shape)).toThrowError(new Error(`a fault with its message in error.message ${why}: generate the code again`));
  });
});

describe("reading", () => {
  it.each([
    ["success is true", flag, { success: true, errorMessage: "not counted" }],
    ["success is absent", flag, {}],
    ["the message with the code is absent", status, { output: {} }],
    ["the code is absent", status, { status: { message: "x" } }],
    ["the code is ok", status, { status: { code: 0, message: "x" } }],
    ["the code is ok as a bigint", grpc, { code: 200n }],
    ["the code is ok as digits", grpc, { code: "200" }],
  ])("%s: no fault", (_, shape, face) => {
    expect(readFault(shape, face)).toBeUndefined();
  });

  it.each<[string, Code, Parameters<typeof readFault>[0], unknown]>([
    ["success is false", "unknown", flag, { success: false, errorMessage: "no" }],
    ["a number in the table", "unknown", status, { status: { code: 1, message: "no" } }],
    ["a number outside the table", "unknown", status, { status: { code: 5, message: "no" } }],
    ["gRPC's number", "not_found", grpc, { code: 5, error: { text: "no" } }],
    ["gRPC's number as a bigint", "not_found", grpc, { code: 5n, error: { text: "no" } }],
    ["gRPC's number as digits", "not_found", grpc, { code: "5", error: { text: "no" } }],
    ["a number past gRPC's", "unknown", grpc, { code: 2n ** 62n, error: { text: "no" } }],
    ["the first entry for a number", "not_found", tool, { status: 3, error: { message: "no" } }],
    ["a reason in the table", "invalid_argument", tool, { status: 1, error: { code: "INVALID_INPUT", message: "no" } }],
    ["a reason outside the table", "deadline_exceeded", tool, { status: 2, error: { code: "SLOW", message: "no" } }],
    ["neither", "unknown", tool, { status: 7, error: { code: "SLOW", message: "no" } }],
  ])("%s: %s", (_, code, shape, face) => {
    const error = readFault(shape, face);
    expect(error).toBeInstanceOf(BridgeError);
    expect(error).toMatchObject({ code, message: "no", metadata: {} });
    expect(error?.response).toBe(face);
  });

  it("names the place if the fault has no message", () => {
    const message = "/bridge.Invoker/Invoke failed, and the response does not say why";
    for (const face of [{ status: { code: 1, message: "" } }, { status: { code: 1 } }])
      expect(readFault(status, face, { place: "/bridge.Invoker/Invoke" })?.message).toBe(message);
    expect(readFault(tool, { status: 1 })?.message).toBe("the call failed, and the response does not say why");
  });

  it("makes the reason and the map one ErrorInfo", () => {
    const details: Record<string, string> = { field: "name" };
    setOwn(details, "__proto__", "text");
    const error = readFault(tool, { status: 1, error: { code: "SLOW", message: "no", details } });
    expect(error?.details).toHaveLength(1);
    const info = error?.findDetail(ErrorInfo);
    expect(info).toMatchObject({ reason: "SLOW", domain: "" });
    expect(Object.entries(info?.metadata ?? {})).toEqual([
      ["field", "name"],
      ["__proto__", "text"],
    ]);
    expect(readFault(tool, { status: 1, error: { code: "", message: "no", details: {} } })?.details).toEqual([]);
    expect(readFault(any, { ok: false, reason: "GONE", details: [] })?.findDetail(ErrorInfo)).toEqual({ reason: "GONE", domain: "", metadata: {} });
  });

  it("takes code and details of a google.rpc.Status in bytes", () => {
    const bytes = encodeStatus({ code: "aborted", message: "not this", details: [packed] });
    expect(readFault(grpc, { code: 5, error: { text: "no", status: bytes } })).toMatchObject({ code: "aborted", message: "no", details: [packed] });
  });

  it.each([
    ["none", undefined],
    ["empty", new Uint8Array(0)],
    ["text", new TextEncoder().encode("Traceback (most recent call last)")],
    ["truncated", encodeStatus({ code: "aborted", message: "", details: [packed] }).subarray(0, -1)],
    ["code 0", new Uint8Array([0x08, 0])],
    ["code 17", new Uint8Array([0x08, 17])],
    ["code -1", new Uint8Array([0x08, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ["a group in a group without end", new Uint8Array(5_000).fill(0x0b)],
    ["a varint without end", new Uint8Array([0x08, ...new Uint8Array(20).fill(0xff)])],
  ])("leaves bytes that are no google.rpc.Status of an error: %s", (_, bytes) => {
    expect(readFault(grpc, { code: 5, error: { text: "no", status: bytes } })).toMatchObject({ code: "not_found", details: [] });
  });

  it("takes packed messages", () => {
    const details = [{ typeUrl: "type.googleapis.com/google.protobuf.StringValue", value: packed.value }, { typeUrl: "x", value: "no bytes" }, 5];
    expect(readFault(any, { ok: false, reason: "GONE", text: "no", details })?.details).toEqual([packed]);
  });

  it("prefers the trailer in code and details", () => {
    const face = { status: 3, error: { code: "NOT_FOUND", message: "no" } };
    const trailer = { "bridge-fault-bin": encodeStatus({ code: "aborted", message: "not this", details: [packed] }), "retry-after": "5" };
    const error = readFault(tool, face, { trailer });
    expect(error).toMatchObject({ code: "aborted", message: "no", details: [packed] });
    expect({ ...error?.metadata }).toEqual({ "retry-after": "5" });
    const codeOnly = readFault(tool, face, { trailer: { "bridge-fault-bin": encodeStatus({ code: "aborted", message: "", details: [] }) } });
    expect(codeOnly?.code).toBe("aborted");
    expect(codeOnly?.findDetail(ErrorInfo)?.reason).toBe("NOT_FOUND");
    expect(readFault(tool, { status: 0 }, { trailer })).toBeUndefined();
  });
});

describe("writing", () => {
  it.each([
    ["success", flag, { success: false, errorMessage: "no" }],
    ["a table with one number", status, { status: { code: 1, message: "no" } }],
    ["gRPC's numbers", grpc, { code: 5, error: { text: "no" } }],
    ["a table, and a reason", tool, { status: 3, error: { code: "NOT_FOUND", message: "no" } }],
    ["details", any, { ok: false, reason: "FAILED", text: "no", details: [] }],
  ])("%s", (_, shape, init) => {
    expect(faultResponse(shape, new BridgeError("not_found", "no"))).toEqual(init);
  });

  it("takes the first entry for a code, and else the number for other codes", () => {
    const numbers = (Object.keys(codes) as Code[]).map((code) => (faultResponse(tool, new BridgeError(code, "")) as { status: number }).status);
    expect(numbers).toEqual([1, 1, 4, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 3, 1, 1]);
    expect(faultResponse(tool, new BridgeError("invalid_argument", ""))).toMatchObject({ error: { code: "INVALID_ARGUMENTS" } });
    expect(faultResponse(tool, new BridgeError("aborted", ""))).toMatchObject({ error: { code: "EXECUTION_ERROR" } });
  });

  it("takes reason and metadata of the first ErrorInfo", () => {
    const info = (reason: string) => errorDetail(ErrorInfo, { reason, domain: "example.com", metadata: { field: reason } });
    const error = new BridgeError("not_found", "no", { details: [packed, info("INVALID_INPUT"), info("OTHER")] });
    expect(faultResponse(tool, error)).toEqual({ status: 3, error: { code: "INVALID_INPUT", message: "no", details: { field: "INVALID_INPUT" } } });
    const broken = new BridgeError("not_found", "no", { details: [{ type: "google.rpc.ErrorInfo", value: new Uint8Array([0x0a, 9]) }] });
    expect(faultResponse(tool, broken)).toEqual({ status: 3, error: { code: "NOT_FOUND", message: "no" } });
  });

  it("packs details", () => {
    const error = new BridgeError("not_found", "no", { details: [packed] });
    expect(faultResponse(any, error)).toMatchObject({ details: [{ typeUrl: "type.googleapis.com/google.protobuf.StringValue", value: packed.value }] });
    expect(faultResponse(grpc, error)).toEqual({
      code: 5,
      error: { text: "no", status: encodeStatus({ code: "not_found", message: "", details: [packed] }) },
    });
  });

  it("replaces what has no UTF-8", () => {
    expect(faultResponse(flag, new BridgeError("not_found", "half \uD83D"))).toEqual({ success: false, errorMessage: "half \uFFFD" });
  });
});

describe("what a method gave", () => {
  class Answer {
    readonly text = "own";
    get status() {
      return { code: undefined, message: "inherited" };
    }
  }

  it.each([
    ["success where it is missing", flag, { newVersion: 2 }, { newVersion: 2, success: true }],
    ["success where it is undefined", flag, { success: undefined }, { success: true }],
    ["a message with the code", status, { output: 1 }, { output: 1, status: { code: 0 } }],
    ["a code beside its message", status, { status: { message: "fine" } }, { status: { code: 0, message: "fine" } }],
    ["the first of several codes", grpc, {}, { code: 0 }],
  ])("gets %s", (_, shape, init, expected) => {
    const before = structuredClone(init);
    expect(withOk(shape, init)).toEqual(expected);
    expect(init).toEqual(before);
  });

  it.each([
    ["success: false", flag, { success: false }],
    ["success: true", flag, { success: true }],
    ["a code", status, { status: { code: 3 } }],
    ["nothing", status, undefined],
    ["a list", flag, []],
    ["a message that is none", status, { status: 5 }],
  ])("with %s is left as it is", (_, shape, init) => {
    expect(withOk(shape, init)).toBe(init);
  });

  it("keeps what it inherits", () => {
    const given = Object.freeze(new Answer());
    expect((withOk(flag, given) as Answer).status).toEqual({ code: undefined, message: "inherited" });
    expect(withOk(status, given)).toMatchObject({ text: "own", status: { code: 0, message: "inherited" } });
  });
});

describe("ErrorInfo", () => {
  it("is google.rpc.ErrorInfo on the wire, and loses nothing", () => {
    const bytes = ErrorInfo.encode({ reason: "GONE", domain: "d", metadata: { a: "b" } });
    expect(Buffer.from(bytes).toString("hex")).toBe("0a04474f4e451201641a060a0161120162");
    const later = new Uint8Array([...bytes, 0x20, 5]);
    expect(ErrorInfo.encode(ErrorInfo.decode(later))).toEqual(later);
    expect(ErrorInfo.decode(new Uint8Array(0))).toEqual({ reason: "", domain: "", metadata: {} });
    expect(() => ErrorInfo.decode(new Uint8Array([0x0a, 9]))).toThrowError(
      expect.objectContaining({ code: "invalid_argument", message: expect.stringMatching(/^google\.rpc\.ErrorInfo: reason: truncated/) }),
    );
  });
});
