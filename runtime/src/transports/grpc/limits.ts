/** How large messages may be, in bytes; Infinity for no limit. */
export interface Limits {
  readonly maxReceiveBytes: number;
  readonly maxSendBytes: number;
}

/** What grpc-js itself allows by default: 4 MiB. */
const defaultMaxReceiveBytes = 4_194_304;

/** @throws Error that names the option which is no size */
export function limitsOf({
  maxReceiveBytes = defaultMaxReceiveBytes,
  maxSendBytes = Number.POSITIVE_INFINITY,
}: {
  maxReceiveBytes?: number | undefined;
  maxSendBytes?: number | undefined;
}): Limits {
  for (const [option, value] of Object.entries({ maxReceiveBytes, maxSendBytes })) {
    if (value !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(value) && value >= 0)) throw new Error(`${option} must be a number of bytes, or Infinity`);
  }
  return { maxReceiveBytes, maxSendBytes };
}

/** The options of grpc-js for the limits. What is sent, we measure ourselves: at a server, grpc-js would end the call without telling us. */
export function grpcLimits({ maxReceiveBytes }: Limits): Record<string, number> {
  return { "grpc.max_receive_message_length": Number.isFinite(maxReceiveBytes) ? maxReceiveBytes : -1, "grpc.max_send_message_length": -1 };
}
