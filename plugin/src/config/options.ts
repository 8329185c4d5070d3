import { type AnyDesc, create, type DescExtension, type DescFile, getOption, hasOption } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import type { Problems } from "../diagnostics.js";
import {
  ConfigSchema,
  enum$ as enumOption,
  type Field,
  field as fieldOption,
  type Message,
  type Method,
  message as messageOption,
  method as methodOption,
  oneof as oneofOption,
  type Package,
  package$ as packageOption,
  service as serviceOption,
} from "../gen/protobridge/v1/config_pb.js";
import { checkEnum, checkField, checkMessage, checkMethod, checkOneof, checkPackage, checkService, type RuleCheck } from "./contradictions.js";
import { checkEnvelope, checkLink, checkMember } from "./links.js";
import { checkFault, checkFieldRule, checkScopes } from "./rules.js";
import type { Layer } from "./settings.js";

const schemaFile = "protobridge/v1/config.proto";

/** What the protos say themselves. */
export interface ProtoOptions extends Layer {
  /** Checks what these files say: against itself, and against the elements that it is said of. */
  check(files: readonly DescFile[], problems: Problems): void;
}

/**
 * What the protos say themselves, in their options. Only files that import the schema of the config can.
 *
 * @param place where an element stands in its proto, for people
 */
export function protoOptions(files: readonly DescFile[], place: (desc: AnyDesc) => string): ProtoOptions {
  const config = create(ConfigSchema);
  const perFile = new Map<string, Package>();
  const said = new Map<string, AnyDesc>();
  const visitor: Visitor = {
    file(desc, option) {
      perFile.set(desc.proto.name, option);
      said.set(`files ${desc.proto.name}`, desc);
    },
    element(section, desc, name, option) {
      // An element can be called like something that every object has.
      Object.defineProperty(config[section], name, { value: option, enumerable: true });
      said.set(`${section} ${name}`, desc);
    },
  };
  for (const file of files) visit(file, visitor);
  return {
    config,
    files: perFile,
    place: (section = "", selector = "") => {
      const desc = said.get(`${section} ${selector}`);
      return desc ? place(desc) : "an option in the proto";
    },
    check: (files, problems) => {
      for (const file of files) visit(file, checking(place, problems));
    },
  };
}

type ElementSection = "services" | "methods" | "messages" | "fields" | "oneofs" | "enums";

/** Is shown each option. The types tie an option to its kind of element, which is done here by hand. */
interface Visitor {
  file(desc: DescFile, option: Package): void;
  element(section: ElementSection, desc: AnyDesc, name: string, option: unknown): void;
}

function visit(file: DescFile, visitor: Visitor): void {
  if (!file.dependencies.some(({ proto }) => proto.name === schemaFile)) return;
  const of = (section: ElementSection, desc: AnyDesc, option: DescExtension, name: string): void => {
    if (hasOption(desc as never, option as never)) visitor.element(section, desc, name, getOption(desc as never, option as never));
  };
  if (hasOption(file, packageOption)) visitor.file(file, getOption(file, packageOption));
  for (const type of nestedTypes(file)) {
    if (type.kind === "message") {
      of("messages", type, messageOption, type.typeName);
      for (const field of type.fields) of("fields", field, fieldOption, `${type.typeName}.${field.name}`);
      for (const oneof of type.oneofs) of("oneofs", oneof, oneofOption, `${type.typeName}.${oneof.name}`);
    } else if (type.kind === "enum") of("enums", type, enumOption, type.typeName);
    else if (type.kind === "service") {
      of("services", type, serviceOption, type.typeName);
      for (const method of type.methods) of("methods", method, methodOption, `${type.typeName}.${method.name}`);
    }
  }
}

const checks: Readonly<Record<ElementSection, RuleCheck<never>>> = {
  services: checkService,
  methods: checkMethod,
  messages: checkMessage,
  fields: checkField,
  oneofs: checkOneof,
  enums: checkEnum,
};

function checking(place: (desc: AnyDesc) => string, problems: Problems): Visitor {
  return {
    file: (desc, option) => checkPackage(option, () => place(desc), problems),
    element(section, desc, _name, option) {
      const at = (): string => place(desc);
      checks[section](option as never, at, problems);
      if (desc.kind === "service") checkScopes(desc, option as never, at, problems);
      else if (desc.kind === "field") {
        const rule = option as Field;
        checkFieldRule(desc, rule, at, problems);
        if (rule.member) checkMember(desc, rule.member, at, problems);
      } else if (desc.kind === "message") {
        const { fault, envelope } = option as Message;
        if (fault) checkFault(desc, fault, at, problems);
        if (envelope) checkEnvelope(desc, envelope, at, problems);
      } else if (desc.kind === "rpc") {
        const { link } = option as Method;
        if (link) checkLink(desc, at, problems);
      }
    },
  };
}
