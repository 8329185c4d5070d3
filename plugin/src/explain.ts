import { linkDecisions, linkSelectors } from "./explainLinks.js";
import type { FieldModel, MessageModel } from "./model/message.js";
import type { FileModel, Model } from "./model/model.js";
import type { OmittedModel, Pin, Reason } from "./model/reason.js";
import type { MethodModel, ServiceModel } from "./model/servicer.js";
import { wrap } from "./wrap.js";

/** One decision, as a line of text. */
export interface Decision {
  /** The element, in full. */
  readonly name: string;
  /** What else is decided by it, in full: fields without a property of their own. */
  readonly also?: readonly string[];
  readonly what: string;
  readonly because: string;
  readonly from: string | null;
}

/**
 * What was understood of each file, and why, as text of at most 80 columns where names allow.
 *
 * @param selector the name of a package, a service, an RPC, a message, a field, a oneof or an enum, or the path of a file, that one wants to know of; all by default
 * @returns "" if nothing has that name
 */
export function explain(model: Model, selector?: string): string {
  return model.files
    .map((file) => explainFile(file, selector === undefined || selector === file.path || selector === file.package ? undefined : selector))
    .filter((text) => text !== "")
    .join("\n");
}

/** Every name that {@link explain} takes. */
export function selectorsOf({ files }: Model): readonly string[] {
  const names = files.flatMap((file) => [
    file.path,
    file.package,
    ...file.enums.map(({ typeName }) => typeName),
    ...file.services.flatMap(({ typeName, methods }) => [
      typeName,
      ...methods.flatMap(({ name, link }) => [`${typeName}.${name}`, ...(link ? linkSelectors(link) : [])]),
    ]),
    ...file.messages.flatMap((message) => [message.typeName, ...membersOf(message).map((member) => `${message.typeName}.${member}`)]),
    ...file.omitted.map(({ name }) => name),
  ]);
  return [...new Set(names)].filter((name) => name !== "");
}

function explainFile(file: FileModel, selector: string | undefined): string {
  const local = (typeName: string): string =>
    file.package !== "" && typeName.startsWith(`${file.package}.`) ? typeName.slice(file.package.length + 1) : typeName;
  const isWanted = (name: string): boolean => selector === undefined || name === selector || name.startsWith(`${selector}.`);
  const services = file.services.flatMap((service) => explainService(service, local, isWanted));
  const decisions = decisionsOf(file, local).filter(({ name, also = [] }) => [name, ...also].some(isWanted));
  const known = selector === undefined || namesOf(file).some(isWanted);
  if (!known) return "";
  const counts = [count(file.services.length, "service"), count(file.messages.length, "message"), count(file.enums.length, "enum")].filter(
    (text) => text !== "",
  );
  const lines = [
    ...wrap(
      `${file.path} (${file.package === "" ? "no package" : `package ${file.package}`}, ${file.syntax}): ${counts.length === 0 ? "nothing" : counts.join(", ")}`,
      "",
      "    ",
    ),
    ...services,
    ...decisions.flatMap(({ what, because, from }) => wrap(`${what}: ${because}${from === null ? "" : ` (${from})`}`, "  ", "    ")),
  ];
  if (selector !== undefined && services.length === 0 && decisions.length === 0) lines.push("  nothing was to be decided: it is what the proto says");
  return `${lines.join("\n")}\n`;
}

function namesOf(file: FileModel): readonly string[] {
  return selectorsOf({ files: [file] });
}

function explainService(service: ServiceModel, local: (typeName: string) => string, isWanted: (name: string) => boolean): string[] {
  const methods = service.methods.filter(({ name }) => isWanted(`${service.typeName}.${name}`));
  if (methods.length === 0 && !isWanted(service.typeName)) return [];
  const longest = Math.max(...methods.map(({ name }) => name.length));
  return [
    `  service ${local(service.typeName)}`,
    ...methods.flatMap(({ name, input, output, streamsRequests, streamsResponses }) => {
      const from = `${streamsRequests ? "stream " : ""}${local(input.typeName)}`;
      const to = `${streamsResponses ? "stream " : ""}${local(output.typeName)}`;
      return wrap(`${name.padEnd(longest)}  ${from} -> ${to}`, "    ", "      ");
    }),
  ];
}

function decisionsOf(file: FileModel, local: (typeName: string) => string): Decision[] {
  return [
    ...file.enums.flatMap((type) => pinned(type.typeName, `enum ${local(type.typeName)}`, type.pin)),
    ...file.services.flatMap((service) => serviceDecisions(service, local)),
    ...file.messages.flatMap((message) => messageDecisions(message, local)),
    ...file.omitted.map(({ what, name, from }) => ({ name, what: `no ${what} ${local(name)}`, because: omittedBecause[what], from })),
  ];
}

const omittedBecause: Readonly<Record<OmittedModel["what"], string>> = {
  service: "it is skipped",
  RPC: "it is skipped: calls are answered with UNIMPLEMENTED",
  message: "it is skipped",
  field: "it is skipped: what comes in it stays with the unknown fields",
  scope: "there is none",
};

function serviceDecisions(service: ServiceModel, local: (typeName: string) => string): Decision[] {
  const { typeName, methods, scopes, pin } = service;
  const name = local(typeName);
  return [
    ...pinned(typeName, `service ${name}`, pin),
    ...scopes.map((scope) => ({ name: typeName, what: `scope ${name}.${scope.name}`, because: scope.reason.because, from: scope.reason.from })),
    ...methods.flatMap((method) => [...methodDecisions(typeName, method, local), ...linkDecisions(typeName, method, local)]),
  ];
}

function methodDecisions(service: string, { name, pin, fault, noFault, output }: MethodModel, local: (typeName: string) => string): Decision[] {
  const full = `${service}.${name}`;
  const what = `${local(service)}.${name}`;
  const reason: Reason | undefined = fault?.reason ?? noFault ?? undefined;
  return [
    ...pinned(full, `RPC ${what}`, pin),
    ...(reason
      ? [{ name: full, what: `${fault ? "fault" : "status"} ${what}`, because: `${local(output.typeName)}: ${reason.because}`, from: reason.from }]
      : []),
    ...(fault && fault.statuses.length > 0
      ? [{ name: full, what: `status ${what}`, because: `${fault.statuses.join(", ")} as a status, not in the response`, from: fault.statusesFrom }]
      : []),
  ];
}

function messageDecisions(message: MessageModel, local: (typeName: string) => string): Decision[] {
  const { typeName, value, reason, pin, properties } = message;
  const name = local(typeName);
  const full = (member: string): string => `${typeName}.${member}`;
  const oneofs = properties.filter((property) => property.role === "oneof");
  return [
    ...pinned(typeName, `message ${name}`, pin),
    ...(reason
      ? [{ name: typeName, also: valueMembers(message).map(full), what: `${value ? "value" : "message"} ${name}`, because: reason.because, from: reason.from }]
      : []),
    ...oneofs.flatMap((oneof) => pinned(full(oneof.member), `oneof ${name}.${oneof.member}`, oneof.pin)),
    ...fieldsOf(message).flatMap((field) => [
      ...pinned(full(field.member), `field ${name}.${field.member}`, field.pin),
      ...fieldDecision(typeName, field, local),
    ]),
  ];
}

function fieldDecision(message: string, { type, member, reason }: FieldModel, local: (typeName: string) => string): Decision[] {
  if (!reason) return [];
  const what = type.role === "json" ? "JSON" : type.role === "any" ? "value" : reason.rule === "JSON text" ? "text" : "message";
  const also = type.role === "any" && type.sidecar !== null ? [`${message}.${type.sidecar}`] : [];
  return [{ name: `${message}.${member}`, also, what: `${what} ${local(message)}.${member}`, because: reason.because, from: reason.from }];
}

/** All fields and oneofs of a message, those without a property included. */
function membersOf(message: MessageModel): readonly string[] {
  const oneofs = message.properties.filter((property) => property.role === "oneof").map(({ member }) => member);
  const sidecars = fieldsOf(message).flatMap(({ type }) => (type.role === "any" && type.sidecar !== null ? [type.sidecar] : []));
  return [...fieldsOf(message).map(({ member }) => member), ...oneofs, ...sidecars, ...message.skipped, ...valueMembers(message)];
}

function valueMembers({ value }: MessageModel): readonly string[] {
  return Object.values(value?.members ?? {}).flat();
}

function fieldsOf({ properties }: MessageModel): readonly FieldModel[] {
  return properties.flatMap((property): readonly FieldModel[] => (property.role === "oneof" ? property.cases : [property]));
}

function pinned(name: string, what: string, pin: Pin | null): Decision[] {
  return pin ? [{ name, what, because: `is called ${pin.name}`, from: pin.from }] : [];
}

function count(number: number, noun: string): string {
  return number === 0 ? "" : `${number} ${noun}${number === 1 ? "" : "s"}`;
}
