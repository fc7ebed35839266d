/** Who may look: a browser on this machine that was given the token of this start. The token comes in the address
 *  that is printed, once, and is exchanged for a cookie that scripts can't read and other sites can't use. A name that
 *  was made to point here (DNS rebinding) is refused, and so is a page of another origin. @module */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopback } from './loopback.ts';

/** Headers of every answer: nothing is loaded from elsewhere, nothing is inline, nothing is kept. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

export class Gate {
  /** For the address that is printed. */
  readonly token = randomBytes(32).toString('base64url');
  readonly #secret = randomBytes(32).toString('base64url');

  /** The cookie that a token is exchanged for; a browser keeps one for each port.
   *  @param token as it was given
   *  @param path under which the page is; the browser gives it back there only
   *  @returns undefined when it is another */
  cookieFor(token: string, port: number, path: string): string | undefined {
    return this.admits(token) ? `${nameOf(port)}=${this.#secret}; HttpOnly; SameSite=Strict; Path=${path}` : undefined;
  }

  /** Whether a token is the one of the address: for programs that have no cookies. */
  admits(token: string): boolean {
    return isSame(token, this.token);
  }

  /** Whether a request has the cookie. */
  knows({ headers: { cookie = '' } }: IncomingMessage, port: number): boolean {
    const values = cookie.split(';').map((pair) => pair.trim().split('=')).filter(([name]) => name === nameOf(port));
    return values.some(([, value = '']) => isSame(value, this.#secret));
  }
}

/** Whether a request means this server, and comes from a page of its own or from no page at all. */
export function isOwn(request: IncomingMessage): boolean {
  const named = namedIn(request);
  const { origin } = request.headers;
  return named !== null && isLoopback(named.hostname) && (origin === undefined || origin === named.origin);
}

/** Whether a request comes from a page of the host that it names, or from no page at all. A proxy in front may have terminated TLS:
 *  the scheme is not known. */
export function isOfOneHost(request: IncomingMessage): boolean {
  const { origin } = request.headers;
  const named = namedIn(request);
  return named !== null && (origin === undefined || URL.parse(origin)?.host === named.host);
}

/** The host that a request names, as an address of the web; null where it names none, or something else than a host. */
function namedIn({ headers: { host } }: IncomingMessage): URL | null {
  const named = URL.parse(`http://${host ?? ''}`);
  return host !== undefined && named?.host === host.replace(/:80$/, '') ? named : null;
}

const nameOf = (port: number): string => `waystate-inspector-${port}`;

/** In a time that tells nothing of where they differ. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
