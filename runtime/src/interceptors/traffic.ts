import { BridgeError } from "../errors.js";

/** How a call ended. */
export interface CallEnd {
  /** What the caller gets to know; undefined if all went well. */
  readonly error: BridgeError | undefined;
  /** Whether the error travelled inside a response: the status of the call was OK, then. */
  readonly inBand: boolean;
}

/** What went over the wire for one call, as seen from this end, and how the call ended. Filled in by the transport. */
export class Traffic {
  sentMessages = 0;
  sentBytes = 0;
  receivedMessages = 0;
  receivedBytes = 0;
  #fault: BridgeError | undefined;
  #end: CallEnd | undefined;
  #listeners: ((end: CallEnd) => void)[] | undefined;

  /** A message of so many bytes was given to the transport. */
  sent(bytes: number): void {
    this.sentMessages++;
    this.sentBytes += bytes;
  }

  /** A message of so many bytes came. */
  received(bytes: number): void {
    this.receivedMessages++;
    this.receivedBytes += bytes;
  }

  /** The response that is about to be sent carries an error. */
  carriesFault(error: BridgeError): void {
    this.#fault = error;
  }

  /** The call is over: all listeners are told. Only the first end counts. */
  end(reason?: unknown): void {
    if (this.#end) return;
    const error = reason === undefined ? this.#fault : BridgeError.from(reason);
    this.#end = { error, inBand: error !== undefined && (error === this.#fault || error.response !== undefined) };
    for (const listener of this.#listeners ?? []) this.#tell(listener, this.#end);
    this.#listeners = undefined;
  }

  /** Has a listener told when the call is over; at once, if it is. What it throws is lost: it cannot change the call any more. */
  onEnd(listener: (end: CallEnd) => void): void {
    if (this.#end) this.#tell(listener, this.#end);
    else {
      this.#listeners ??= [];
      this.#listeners.push(listener);
    }
  }

  #tell(listener: (end: CallEnd) => void, end: CallEnd): void {
    try {
      listener(end);
    } catch {}
  }
}
