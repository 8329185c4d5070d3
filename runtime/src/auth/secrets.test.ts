import { expect, test } from "vitest";
import { authenticate } from "./authenticate.js";
import { credentials } from "./credentials.js";
import { redact, secretKeys } from "./secrets.js";

test("secrets are redacted, and nothing else", () => {
  const bytes = new Uint8Array([1]);
  const metadata = {
    authorization: "Bearer abc",
    cookie: ["a=1", "b=2"],
    "x-api-key": "",
    Authorization: "Bearer abc",
    tenant: ["acme", "zeta"],
    "trace-bin": bytes,
  };
  expect({ ...redact(metadata) }).toEqual({
    authorization: "[redacted]",
    cookie: "[redacted], [redacted]",
    "x-api-key": "[redacted]",
    Authorization: "[redacted]",
    tenant: ["acme", "zeta"],
    "trace-bin": bytes,
  });
  expect(metadata.authorization).toBe("Bearer abc");
});

test("the headers that API keys are taken from are secrets, too", () => {
  expect(secretKeys.has("x-key-of-the-server")).toBe(false);
  authenticate({ apiKey: { header: "X-Key-Of-The-Server", keys: { a: "k" } } });
  credentials({ apiKey: "k", header: "x-key-of-the-client" });
  expect({ ...redact({ "x-key-of-the-server": "k", "x-key-of-the-client": "k" }) }).toEqual({
    "x-key-of-the-server": "[redacted]",
    "x-key-of-the-client": "[redacted]",
  });
});
