/** What a link can do next: the best that the other server offers and this one's policy permits. Spec: RFC 6120 §5.3, §6.3,
 *  XEP-0178 §3, XEP-0220 §2.4. Not here: in which order (machines/link.ts). @module */
import type { Element } from 'ltx';
import type { Offer } from '../../../machines/link.ts';
import type { FederationConfig } from '../config.ts';
import type { Channel } from '../input.ts';
import { NS } from '../namespaces.ts';
import { vouchesFor } from './certificate.ts';

/** Chooses.
 *  @param features of the stream as it is now
 *  @param domain that the other server ought to be */
export function offerOf(features: Element, channel: Channel | undefined, federation: FederationConfig, domain: string): Offer {
  const { secure = false, certified } = channel ?? {};
  if (!secure && features.getChild('starttls', NS.tls) !== undefined) return 'tls';
  if (federation.tlsRequired && !secure) return 'nothing';
  // Without dialback only a certificate says who the other server is.
  if (!federation.dialback && !vouchesFor(certified, domain)) return 'nothing';
  const mechanisms = features.getChild('mechanisms', NS.sasl)?.getChildren('mechanism') ?? [];
  if (secure && mechanisms.some((mechanism) => mechanism.getText().trim() === 'EXTERNAL')) return 'external';
  return offerWithoutSasl(features, federation);
}

/** What is left when the certificate was not good enough. An older server offers dialback by no more than a prefix, and
 *  has no SASL for servers. */
export function offerWithoutSasl(features: Element | undefined, federation: FederationConfig): Offer {
  if (!federation.dialback || features === undefined) return 'nothing';
  const isOffered = features.getChild('dialback', NS.dialbackFeature) !== undefined || features.getChild('mechanisms', NS.sasl) === undefined;
  return isOffered ? 'dialback' : 'nothing';
}
