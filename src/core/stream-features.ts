/** What a client is offered. Spec: RFC 6120 §4.3.2, §5.4.1, §6.4.1, XEP-0440. Not here: what it does with it (negotiation.ts), what
 *  another server is offered (federation/features.ts). @module */
import type { Kernel } from './kernel.ts';
import { NS } from './namespaces.ts';
import type { Stream } from './resources.ts';

/** What is offered in the state that the stream has just entered (RFC 6120 §4.3.2). */
export function featuresXml(kernel: Kernel, stream: Stream): string {
  const { channel } = stream;
  let offers = '';
  if (stream.account !== undefined) {
    offers += `<bind xmlns="${NS.bind}"/><sub xmlns="${NS.preApproval}"/><ver xmlns="${NS.rosterver}"/>`;
    for (const feature of kernel.features) offers += feature.streamFeatures?.authenticated ?? '';
    return `<stream:features>${offers}</stream:features>`;
  }
  if (!channel.secure && channel.startTls) offers += `<starttls xmlns="${NS.tls}">${channel.tlsRequired ? '<required/>' : ''}</starttls>`;
  if (channel.secure || !channel.tlsRequired) {
    offers += `<mechanisms xmlns="${NS.sasl}">${channel.mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`;
    if (channel.channelBindings.length > 0) {
      offers += `<sasl-channel-binding xmlns="${NS.saslCb}">${channel.channelBindings.map((type) => `<channel-binding type="${type}"/>`).join('')}</sasl-channel-binding>`;
    }
    for (const feature of kernel.features) offers += feature.streamFeatures?.unauthenticated ?? '';
  }
  return `<stream:features>${offers}</stream:features>`;
}
