/** `google.rpc.ErrorInfo`, a detail of an error that every gRPC peer knows. Source: google/rpc/error_details.proto. */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

export interface ErrorInfo {
  reason: string;
  domain: string;
}

export const ErrorInfo = {
  typeName: "google.rpc.ErrorInfo",
  encode({ reason, domain }: ErrorInfo): Uint8Array {
    return new BinaryWriter().tag(1, WireType.LengthDelimited).string(reason).tag(2, WireType.LengthDelimited).string(domain).finish();
  },
  decode(bytes: Uint8Array): ErrorInfo {
    const info: ErrorInfo = { reason: "", domain: "" };
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (number === 1) info.reason = reader.string();
      else if (number === 2) info.domain = reader.string();
      else reader.skip(wireType, number);
    }
    return info;
  },
};
