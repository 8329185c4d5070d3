import type { Socket } from "node:net";
import { addressOf, type ProblemListener } from "./problem.js";
import type { ServerBounds } from "./server-limits.js";

/** Where connections come in: closes what is past a limit, and has those wait that come too fast. */
export class Admission {
  readonly #maxConnections: number;
  /** Connections that may come in each second. */
  readonly #rate: number;
  readonly #enter: (socket: Socket) => void;
  readonly #tell: ProblemListener;
  readonly #waiting: Socket[] = [];
  #open = 0;
  /** How many may come in at once now. */
  #tokens: number;
  #filled: number = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ maxConnections, connectionsPerSecond }: ServerBounds, enter: (socket: Socket) => void, tell: ProblemListener) {
    this.#maxConnections = maxConnections;
    this.#rate = connectionsPerSecond;
    this.#tokens = connectionsPerSecond;
    this.#enter = enter;
    this.#tell = tell;
  }

  /** Takes a connection that has just been made. */
  take(socket: Socket): void {
    if (this.#open >= this.#maxConnections) return this.#refuse(socket, `limits.maxConnections is ${this.#maxConnections}`);
    if (this.#waiting.length >= this.#rate) return this.#refuse(socket, `limits.connectionsPerSecond is ${this.#rate}, and as many wait already`);
    this.#open++;
    socket.once("close", () => {
      this.#open--;
    });
    if (this.#rate === Number.POSITIVE_INFINITY) return this.#enter(socket);
    this.#waiting.push(socket);
    this.#admit();
  }

  /** Closes those that wait. */
  close(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#waiting.splice(0)) socket.destroy();
  }

  /** Lets in who may, and looks again when the next one may. */
  #admit(): void {
    const now = performance.now();
    this.#tokens = Math.min(this.#rate, this.#tokens + ((now - this.#filled) * this.#rate) / 1_000);
    this.#filled = now;
    while (this.#tokens >= 1) {
      const socket = this.#waiting.shift();
      if (!socket) return;
      if (socket.destroyed) continue;
      this.#tokens--;
      this.#enter(socket);
    }
    clearTimeout(this.#timer);
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#admit(), Math.ceil(((1 - this.#tokens) * 1_000) / this.#rate));
  }

  #refuse(socket: Socket, reason: string): void {
    this.#tell({ kind: "connection", peer: addressOf(socket), reason: `too many connections: ${reason}` });
    socket.destroy();
  }
}
