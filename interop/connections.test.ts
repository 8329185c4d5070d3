/** As many connections as a server takes by default. */
import { expect, it } from "vitest";
import { comeAndGo } from "../runtime/tests/connections.js";

it.each([
  ["10,000 connections", { batches: 10, size: 1_000, secured: false, heap: true }],
  ["2,000 with TLS", { batches: 10, size: 200, secured: true, heap: true }],
])("%s that come and go leave nothing behind", { timeout: 180_000 }, async (_what, crowd) => {
  await expect(comeAndGo(crowd)).resolves.toBeUndefined();
});
