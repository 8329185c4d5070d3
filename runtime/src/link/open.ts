import { type Client, linkedOf } from "../servicer/client.js";
import { ClientEnd } from "./client.js";
import { faceOf } from "./face.js";
import { perspectivesOf } from "./info.js";
import type { Link } from "./link.js";
import type { LinkOptions } from "./options.js";

/**
 * Opens a link, which connects by itself. Called by generated code.
 *
 * @throws TypeError that names an option which is wrong
 */
export function openLink<L extends Link>(client: Client, localName: string, handlers: object = {}, options: LinkOptions = {}): L {
  const { channel, method, link, defaults } = linkedOf(client, localName);
  const { client: perspective } = perspectivesOf(link, method.input, method.output);
  const { metadata = defaults.metadata, signal } = options;
  const both = signal && defaults.signal ? AbortSignal.any([signal, defaults.signal]) : (signal ?? defaults.signal);
  return faceOf(new ClientEnd(perspective, method, channel, handlers, { ...options, metadata, signal: both })) as L;
}
