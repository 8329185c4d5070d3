/** The Connect transport, on @connectrpc/connect: servicers on a Connect router, and clients over a Connect transport. */

export { connectContext } from "./call.js";
export { type ConnectChannelOptions, connectChannel } from "./channel.js";
export { fromMessage, toMessage } from "./message.js";
export { type MountOptions, mount } from "./mount.js";
