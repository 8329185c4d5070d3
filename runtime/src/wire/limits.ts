/** How deep messages may nest, on the wire and in what is encoded: the limit of protobuf's own implementations. */
export const recursionLimit = 100;
