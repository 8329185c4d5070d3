import { describe, expect, it } from "vitest";
import { BridgeError, codeFromNumber, codes, errorDetail } from "./errors.js";
import { StringValue, Timestamp } from "./wkt.js";

describe("codes", () => {
  it("are gRPC's, both ways", () => {
    expect(Object.values(codes)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    for (const [name, number] of Object.entries(codes)) expect(codeFromNumber(number)).toBe(name);
  });
  it.each([0, 17, 99, -1, Number.NaN])("%s is unknown", (number) => {
    expect(codeFromNumber(number)).toBe("unknown");
  });
});

describe("BridgeError", () => {
  it("is an Error with a code", () => {
    const error = new BridgeError("not_found", "no such handler");
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "BridgeError", code: "not_found", message: "no such handler", details: [], metadata: {} });
    expect("cause" in error).toBe(false);
  });

  it("carries typed details", () => {
    const error = new BridgeError("aborted", "later", { details: [errorDetail(StringValue, "why"), errorDetail(Timestamp, new Date(1000))] });
    expect(error.details.map(({ type }) => type)).toEqual(["google.protobuf.StringValue", "google.protobuf.Timestamp"]);
    expect(error.findDetail(Timestamp)?.seconds).toBe(1n);
    expect(new BridgeError("aborted", "").findDetail(Timestamp)).toBeUndefined();
    const broken = new BridgeError("aborted", "", { details: [{ type: "google.protobuf.StringValue", value: new Uint8Array([0x0a]) }] });
    expect(() => broken.findDetail(StringValue)).toThrowError(expect.objectContaining({ code: "invalid_argument" }));
  });

  it("is made from whatever was thrown", () => {
    const same = new BridgeError("internal", "x");
    expect(BridgeError.from(same)).toBe(same);
    const plain = new TypeError("boom");
    expect(BridgeError.from(plain)).toMatchObject({ code: "unknown", message: "boom", cause: plain });
    expect(BridgeError.from("text")).toMatchObject({ code: "unknown", message: "text", cause: "text" });
    expect(BridgeError.from(undefined)).toMatchObject({ code: "unknown", message: "undefined" });
    expect(BridgeError.from(AbortSignal.abort().reason)).toMatchObject({ code: "canceled" });
    expect(BridgeError.from(new DOMException("late", "TimeoutError"))).toMatchObject({ code: "deadline_exceeded", message: "late" });
  });
});
