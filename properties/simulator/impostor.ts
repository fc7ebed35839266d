/** Somebody who connects to a server and claims to be another one: with no certificate or with one of its own, and with keys that
 *  nobody has made. Whatever it is refused, it sends a message, and goes. Spec: XEP-0178 §3, XEP-0220 §2.2, RFC 6120 §8.1.2.2. @module */
import type { Element } from 'ltx';
import { NS } from '../../src/core/namespaces.ts';
import { StreamReader } from '../../src/core/xml/reader.ts';
import { HANDSHAKE, READER_LIMITS } from './connection.ts';
import type { Internet } from './internet.ts';
import type { Line } from './line.ts';
import type { Reader } from './pipe.ts';
import type { Random } from './random.ts';
import type { Server } from './server.ts';

/** The domain that it owns. */
const OWN = 'padua.test';

/** What it needs of its world. */
export interface ImpostorParts {
  readonly random: Random;
  readonly internet: Internet;
  readonly servers: readonly Server[];
  /** A user of the domain that it claims to be, and a user of the other one. */
  readonly usersOf: (domain: string) => readonly string[];
}

/** Where all impostors come from. */
export class Impostor {
  readonly #parts: ImpostorParts;
  #number = 0;

  constructor(parts: ImpostorParts) {
    this.#parts = parts;
  }

  /** Connects to one server in the name of another. */
  appear(): void {
    const { random, internet, servers, usersOf } = this.#parts;
    const victim = random.pick(servers);
    const claimed = random.pick(servers.filter((server) => server !== victim));
    this.#number += 1;
    const message = `<message from="${random.pick(usersOf(claimed.domain))}/balcony" to="${random.pick(usersOf(victim.domain))}" type="chat" id="impostor-${this.#number}"><body>x</body></message>`;
    const attempt = new Attempt(victim.domain, claimed.domain, message, random);
    const line = internet.connect(victim, attempt, random.chance(0.5) ? [OWN] : undefined);
    if (line !== undefined) attempt.begin(line);
  }
}

class Attempt implements Reader {
  readonly #to: string;
  readonly #from: string;
  readonly #message: string;
  readonly #random: Random;
  #reader = new StreamReader(READER_LIMITS);
  #line: Line | undefined;
  #isShaking = false;
  #isSecure = false;

  constructor(to: string, from: string, message: string, random: Random) {
    this.#to = to;
    this.#from = from;
    this.#message = message;
    this.#random = random;
  }

  begin(line: Line): void {
    this.#line = line;
    this.#open();
  }

  read(bytes: Uint8Array): void {
    if (this.#isShaking) {
      this.#isShaking = false;
      this.#isSecure = true;
      this.#reader = new StreamReader(READER_LIMITS);
      return this.#open();
    }
    for (const event of this.#reader.push(bytes)) {
      if (event.type === 'element') this.#hear(event.element);
      else if (event.type === 'end') this.#line?.cut();
    }
  }

  ended(): void {
    this.#line?.cut();
  }

  lost(): void {
    this.#line = undefined;
  }

  #open(): void {
    this.#write(`<?xml version='1.0'?><stream:stream xmlns='${NS.server}' xmlns:db='${NS.dialback}' xmlns:stream='${NS.streams}' from='${this.#from}' to='${this.#to}' version='1.0'>`);
  }

  #hear({ name }: Element): void {
    if (name === 'proceed') {
      this.#isShaking = true;
      this.#write(HANDSHAKE);
    } else if (name === 'features' && !this.#isSecure) this.#write(`<starttls xmlns="${NS.tls}"/>`);
    else if (name === 'features') this.#claim();
    // Refused or not, it speaks.
    else if (name === 'failure' || name === 'result' || name === 'success') this.#write(this.#message);
  }

  #claim(): void {
    if (this.#random.chance(0.4)) this.#write(`<auth xmlns="${NS.sasl}" mechanism="EXTERNAL">${btoa(this.#from)}</auth>`);
    else if (this.#random.chance(0.7)) this.#write(`<db:result from="${this.#from}" to="${this.#to}">${this.#random.text(64)}</db:result>`);
    else this.#write(this.#message);
  }

  #write(text: string): void {
    this.#line?.up.write(text);
  }
}
