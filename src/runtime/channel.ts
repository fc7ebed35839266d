/** What a connection offers at one moment, in the core's words and in those of SASL. Spec: RFC 6120 §5.3,
 *  §6.3, §13.8. Not here: which feature is sent when (src/core), how bindings are computed
 *  (channel-binding.ts). @module */
import type { Channel } from '../core/input.ts';
import type { Authenticator, SaslChannel } from './authenticator.ts';

/** How well a connection is protected, as each side of the driver wants to know it. */
export interface Security {
  readonly channel: Channel;
  readonly sasl: SaslChannel;
}

/** The rules of a listener. */
export interface SecurityPolicy {
  readonly authenticator: Authenticator;
  /** The domainpart whose accounts log in here. */
  readonly domain: string;
  /** No mechanism is offered before TLS (RFC 6120 §13.8). */
  readonly tlsRequired: boolean;
  /** PLAIN may be offered without TLS: on loopback, for tests and benchmarks. */
  readonly insecurePlain: boolean;
}

const noBindings: ReadonlyMap<string, Uint8Array> = new Map();

/** A connection without protection.
 *  @param startTls whether it can become a secure one */
export function plainSecurity(policy: SecurityPolicy, startTls: boolean): Security {
  return describe(policy, false, startTls, noBindings);
}

/** A connection under TLS. STARTTLS is over, or never was (XEP-0368 §3, RFC 7395 §3.9).
 *  @param tolerated bindings that a client may use and isn't told of */
export function tlsSecurity(policy: SecurityPolicy, bindings: ReadonlyMap<string, Uint8Array>, tolerated = noBindings): Security {
  return describe(policy, true, false, bindings, tolerated);
}

/** A connection of another server, or of a component. What it proves itself with is no SASL exchange of the runtime's,
 *  and whether it may do so without TLS is the core's to know.
 *  @param certified the names that its certificate vouches for, if it is trusted */
export function peerSecurity(policy: SecurityPolicy, secure: boolean, startTls: boolean, certified?: readonly string[]): Security {
  const channel: Channel = { secure, startTls, tlsRequired: false, mechanisms: [], channelBindings: [], ...(certified && { certified }) };
  return { channel, sasl: { secure, insecurePlain: false, domain: policy.domain, bindings: noBindings } };
}

function describe(policy: SecurityPolicy, secure: boolean, startTls: boolean, bindings: ReadonlyMap<string, Uint8Array>, tolerated = noBindings): Security {
  const accepted = new Map([...bindings, ...tolerated]);
  const sasl: SaslChannel = { secure, insecurePlain: policy.insecurePlain, domain: policy.domain, bindings: accepted };
  const tlsRequired = policy.tlsRequired && !secure;
  const mechanisms = tlsRequired ? [] : policy.authenticator.mechanisms(sasl);
  return { channel: { secure, startTls, tlsRequired, mechanisms, channelBindings: [...bindings.keys()] }, sasl };
}
