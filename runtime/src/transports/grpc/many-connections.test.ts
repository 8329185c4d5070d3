import { test } from "vitest";
import { comeAndGo } from "../../../tests/connections.js";

test.each([
  ["without TLS", { batches: 4, size: 200, secured: false, heap: false }],
  ["with TLS", { batches: 4, size: 50, secured: true, heap: false }],
])("connections that come and go leave nothing behind, %s", async (_how, crowd) => {
  await comeAndGo(crowd);
});
