/** What another server is offered on a stream that it has opened. Spec: RFC 6120 §4.3.2, XEP-0178 §3, XEP-0220 §2.4,
 *  XEP-0288 §2.1. Not here: what it does with it (inbound.ts). @module */
import type { FederationConfig } from '../config.ts';
import type { Channel } from '../input.ts';
import { NS } from '../namespaces.ts';

/** The features of a stream as it is now.
 *  @param isProved the certificate has been shown, and was good
 *  @param mayShow the certificate vouches for the domain of the header */
export function featuresXml({ secure, startTls }: Channel, { tlsRequired, dialback }: FederationConfig, { isProved, mayShow }: { readonly isProved: boolean; readonly mayShow: boolean }): string {
  const isOpen = secure || !tlsRequired;
  let offers = '';
  if (!secure && startTls) offers += `<starttls xmlns="${NS.tls}">${tlsRequired ? '<required/>' : ''}</starttls>`;
  if (isOpen && !isProved) {
    if (mayShow) offers += `<mechanisms xmlns="${NS.sasl}"><mechanism>EXTERNAL</mechanism></mechanisms>`;
    offers += `<bidi xmlns="${NS.bidiFeature}"/>`;
  }
  if (isOpen && dialback) offers += `<dialback xmlns="${NS.dialbackFeature}"><errors/></dialback>`;
  return `<stream:features>${offers}</stream:features>`;
}
