import { BridgeError } from "@protobridge/runtime";

/** The BridgeError with which a call fails. */
export async function caught(call: Promise<unknown>): Promise<BridgeError> {
  try {
    await call;
  } catch (reason) {
    if (reason instanceof BridgeError) return reason;
    throw reason;
  }
  throw new Error("the call did not fail");
}

/** The messages that came, and the BridgeError that ended them. */
export async function untilError<T>(responses: AsyncIterable<T>): Promise<{ items: T[]; error: BridgeError }> {
  const items: T[] = [];
  const error = await caught(
    (async () => {
      for await (const item of responses) items.push(item);
    })(),
  );
  return { items, error };
}
