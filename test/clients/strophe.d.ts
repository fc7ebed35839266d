/** What the tests use of strophe.js, whose own types are those of a browser. */
declare module 'strophe.js' {
  /** What is used of an element of the DOM. */
  export interface DomElement {
    readonly textContent: string | null;
    getAttribute(name: string): string | null;
    getElementsByTagName(name: string): Iterable<DomElement> & { readonly [index: number]: DomElement | undefined };
    toString(): string;
  }

  export interface Builder {
    c(name: string, attributes?: Record<string, string>): Builder;
    t(text: string): Builder;
  }
  type BuilderOf = (attributes: Record<string, string>) => Builder;
  export const $iq: BuilderOf;
  export const $msg: BuilderOf;
  export const $pres: BuilderOf;

  export interface Connection {
    readonly jid: string;
    /** The transport, and in it the WebSocket while there is one. */
    readonly _proto: { readonly socket: { terminate(): void } | null };
    xmlOutput: (sent: DomElement) => void;
    addHandler(handler: (stanza: DomElement) => boolean, xmlns: string, name: string, type: string): void;
    connect(jid: string, password: string, told: (status: number, reason: string | null) => void): void;
    send(stanza: Builder): void;
    sendIQ(iq: Builder, answered: (result: DomElement) => void, failed: (error: DomElement | null) => void): void;
    reset(): void;
    disconnect(reason: string): void;
  }

  export const Strophe: {
    readonly Connection: new (service: string) => Connection;
    readonly NS: { readonly ROSTER: string };
    readonly Status: Record<'CONNECTED' | 'DISCONNECTED' | 'AUTHFAIL' | 'CONNFAIL', number>;
  };
}
