import type { JsonValue } from "@bufbuild/protobuf";

/** The profiles that the plugin brings, each a Profile in protobuf JSON: the build writes this module from profiles/. */
export declare const profiles: readonly JsonValue[];
