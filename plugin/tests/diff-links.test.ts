/** What a change of a link is told to mean. */
import { describe, expect, it } from "vitest";
import { changes, lineOf, type Version, version } from "./diff-support.js";
import { type Stream, streamText } from "./links-support.js";

const told = (old: Version, now: Version): readonly string[] => changes(old, now).map(lineOf);

type Row = readonly [what: string, before: Stream, after: Stream, lines: readonly string[], configs?: readonly [string | undefined, string | undefined]];

const two: Stream = { client: "kv_get log", server: "kv_get_res" };

describe("links", () => {
  const rows: readonly Row[] = [
    [
      "a new request",
      two,
      { client: "kv_get log kv_put", server: "kv_get_res kv_put_res" },
      [
        "todo | link member added | a.C.kv_put | the client can ask kvPut(request: M_kv_put): M_kv_put_res: write the handler of the other end; call link.kvPut",
        "new | group added | a.Svc.Do | of the client: link.kv.get is link.kvGet",
        "new | message added | a.M_kv_put | M_kv_put",
        "new | message added | a.M_kv_put_res | M_kv_put_res",
      ],
    ],
    [
      "a new notification",
      two,
      { client: "kv_get log hey", server: "kv_get_res" },
      ["new | link member added | a.C.hey | the client can say hey(message: M_hey)", "new | message added | a.M_hey | M_hey"],
    ],
    [
      "a request that is gone",
      two,
      { client: "log", server: "kv_get_res" },
      [
        "source | link member removed | a.C.kv_get | the client says kvGet(request: M_kv_get): M_kv_get_res no more: its method and its handler are gone",
        "source | link member changed | a.S.kv_get_res | of the server: kvGetRes was the reply kvGetRes(message: M_kv_get_res), and is the notification kvGetRes(message: M_kv_get_res)",
        "source | message removed | a.M_kv_get | M_kv_get and M_kv_getInit are gone",
      ],
    ],
    [
      "a member that was renamed",
      two,
      { client: "kv_get note:M_log", server: "kv_get_res", more: "message M_log {}" },
      ["source | link member renamed? | a.C.note | of the client: log may be note now"],
    ],
    [
      "a new request of an envelope that both ends send",
      { client: "ping pong log" },
      { client: "ping pong log ask ask_res" },
      [
        "todo | link member added | a.E.ask | either end can ask ask(request: M_ask): M_ask_res: write the handler of the other end; call link.ask",
        "new | message added | a.M_ask | M_ask",
        "new | message added | a.M_ask_res | M_ask_res",
      ],
    ],
    [
      "a reply that is gone",
      two,
      { client: "kv_get log", server: "kv_gone" },
      [
        "source | link member changed | a.C.kv_get | of the client: kvGet was the request kvGet(request: M_kv_get): M_kv_get_res, answered by kv_get_res, and is the notification kvGet(message: M_kv_get)",
        "new | link member added | a.S.kv_gone | the server can say kvGone(message: M_kv_gone)",
        "source | message removed | a.M_kv_get_res | M_kv_get_res and M_kv_get_resInit are gone",
        "new | message added | a.M_kv_gone | M_kv_gone",
      ],
    ],
    [
      "another reply",
      { client: "ask", server: "one two" },
      { client: "ask", server: "one two" },
      [
        "wire | link member changed | a.C.ask | of the client: ask was the request ask(request: M_ask): M_one, answered by one, and is the request ask(request: M_ask): M_two, answered by two | ask was answered by one, and is by two",
        "source | link member changed | a.S.one | of the server: one was the reply one(message: M_one), and is the notification one(message: M_one)",
        "source | link member changed | a.S.two | of the server: two was the notification two(message: M_two), and is the reply two(message: M_two)",
      ],
      ["fields: { a.C.ask: { member: { reply: one } } }", "fields: { a.C.ask: { member: { reply: two } } }"],
    ],
    [
      "an opening",
      two,
      two,
      [
        "source | link changed | a.Svc.Do | SvcClient.do() needs options.opening now, which says log, M_logInit",
        "source | link member changed | a.C.log | of the client: log was the notification log(message: M_log), and is the opening log(message: M_log)",
      ],
      [undefined, "methods: { a.Svc.Do: { link: { opening: log } } }"],
    ],
    [
      "no opening any more",
      two,
      two,
      [
        "source | link changed | a.Svc.Do | SvcClient.do() opens with nothing any more, and did with log, M_logInit",
        "source | link member changed | a.C.log | of the client: log was the opening log(message: M_log), and is the notification log(message: M_log)",
      ],
      ["methods: { a.Svc.Do: { link: { opening: log } } }", undefined],
    ],
    [
      "no link any more",
      two,
      two,
      [
        "source | method changed | a.Svc.Do | SvcServicer.do was (link: SvcDoServerLink): SvcDoServerHandlers and is (requests: AsyncIterable<C>): AsyncIterable<S>: it is none",
      ],
      [undefined, "methods: { a.Svc.Do: { link: { none: true } } }"],
    ],
    [
      "no correlation any more",
      { ...two, fields: { client: "string id = 20;", server: "string id = 20;" } },
      two,
      [
        "wire | link member changed | a.C.kv_get | of the client: kvGet is told from others by the order now | it was by the correlation",
        "wire | link changed | a.Svc.Do | what correlates the messages of either end: nothing, before: id | replies are told apart otherwise",
        "source | property removed | a.C.id | C.id is gone",
        "source | property removed | a.S.id | S.id is gone",
      ],
    ],
    [
      "a request that may be sent again",
      two,
      two,
      ["other | link member changed | a.C.kv_get | of the client: kvGet is sent again if the connection is lost"],
      [undefined, "fields: { a.C.kv_get: { member: { idempotent: true } } }"],
    ],
    [
      "a member that the config renames",
      two,
      two,
      ["source | link member renamed | a.C.log | of the client: log is note now"],
      [undefined, "fields: { a.C.log: { name: note } }"],
    ],
    [
      "a member that one end alone says",
      { client: "ping pong log" },
      { client: "ping pong log" },
      [
        "source | link member removed | a.E.log | the server says log(message: M_log) no more, though it is still in the envelope: its method and its handler are gone",
      ],
      [undefined, "fields: { a.E.log: { member: { from: CLIENT } } }"],
    ],
    [
      "another message",
      two,
      { client: "kv_get:Other log", server: "kv_get_res", more: "message Other { string x = 1; }" },
      [
        "source | link member changed | a.C.kv_get | of the client: kvGet was the request kvGet(request: M_kv_get): M_kv_get_res, answered by kv_get_res, and is the request kvGet(request: Other): M_kv_get_res, answered by kv_get_res",
        "source | message removed | a.M_kv_get | M_kv_get and M_kv_getInit are gone",
        "new | message added | a.Other | Other",
      ],
    ],
    [
      "a service that the config renames",
      two,
      two,
      [
        "source | service renamed | a.Svc | Svc is Better, SvcMethods is BetterMethods, SvcServicer is BetterServicer, SvcClient is BetterClient now",
        "source | link renamed | a.Svc.Do | SvcDoLink is BetterDoLink, SvcDoServerLink is BetterDoServerLink, SvcDoClientHandlers is BetterDoClientHandlers, SvcDoServerHandlers is BetterDoServerHandlers now",
      ],
      [undefined, "services: { a.Svc: { name: Better } }"],
    ],
    [
      "a fault in a reply",
      { client: "ask", server: "ask_res:R", more: "message R { bool success = 1; }" },
      { client: "ask", server: "ask_res:R", more: "message R { bool success = 1; string error_message = 2; }" },
      [
        "source | fault added | a.C.ask | link.ask throws a BridgeError where R tells an error: it has a bool success and a string error_message",
        "new | property added | a.R.error_message | R.errorMessage: string",
      ],
    ],
  ];

  it.each(rows.map(([what, before, after, lines, configs = []]) => ({ what, before, after, lines, configs })))("$what", ({ before, after, lines, configs }) => {
    expect(told(version(streamText(before), configs[0]), version(streamText(after), configs[1]))).toEqual(lines);
  });
});
