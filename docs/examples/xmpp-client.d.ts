/** What the examples and tests here use of @xmpp/client, which ships no types of its own. */
declare module '@xmpp/client' {
  import type { EventEmitter } from 'node:events';
  import type { Element } from 'ltx';

  export function xml(name: string, attrs?: Record<string, string | undefined>, ...children: (Element | string)[]): Element;

  export interface Jid { toString(): string }

  export interface XmppClient extends EventEmitter {
    readonly jid: Jid | null;
    /** `online`, `offline` and others. */
    readonly status: string;
    /** The transport; underneath it the socket of Node or the WebSocket. */
    readonly socket: { readonly socket?: { destroy?(): void; close?(): void } | null } | null;
    readonly reconnect: { delay: number; stop(): void };
    readonly iqCaller: { request(iq: Element, timeoutMs?: number): Promise<Element> };
    readonly iqCallee: { set(xmlns: string, name: string, answer: (context: { readonly element: Element }) => boolean): void };
    start(): Promise<Jid>;
    stop(): Promise<unknown>;
    send(element: Element): Promise<void>;
  }

  export function client(options: {
    readonly service: string; readonly domain: string; readonly resource?: string;
    readonly username: string; readonly password: string;
  }): XmppClient;
}
