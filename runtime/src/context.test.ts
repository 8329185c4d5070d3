import { expect, it } from "vitest";
import { CallContext, ContextValues, createContextKey } from "./context.js";

it("needs nothing for a unit test", () => {
  const context = new CallContext();
  expect(context.signal.aborted).toBe(false);
  expect(context.deadline).toBeUndefined();
  expect(context.metadata).toEqual({});
  expect(context.peer).toEqual({ address: "" });
  context.header["x-a"] = "1";
  expect(context.header).toEqual({ "x-a": "1" });
});

it("takes what it is given", () => {
  const { signal } = new AbortController();
  const deadline = new Date(5);
  const context = new CallContext({ signal, deadline, metadata: { a: "1" }, peer: { address: "unix" } });
  expect([context.signal, context.deadline, context.metadata["a"], context.peer.address]).toEqual([signal, deadline, "1", "unix"]);
});

it("keeps typed values, each under its own key", () => {
  const user = createContextKey<string | undefined>(undefined, "user");
  const other = createContextKey(0, "user");
  const values = new ContextValues().set(user, "ann");
  const context = new CallContext({ values });
  expect(context.values.get(user)).toBe("ann");
  expect(context.values.get(other)).toBe(0);
});
