/** What the driver asks of a connection, whatever carries it: the effects that concern one stream.
 *  Each connection implements it; a test may do so with an array. @module */
import type { ServerHeader } from '../core/effect.ts';
import type { Channel, PeerKind } from '../core/input.ts';
import type { SaslChannel } from './authenticator.ts';

/** One connection as the driver sees it. No method throws, or feeds an input before it returns
 *  without the driver noticing: the driver queues what comes while it carries out a batch. */
export interface Transport {
  /** What is offered at this moment; told to the core when the stream opens. */
  readonly channel: Channel;
  /** What the peer is; a client unless given. */
  readonly peer?: PeerKind;
  /** The network that the peer comes from. */
  readonly origin: string;
  /** What a SASL exchange may know of the connection at this moment. */
  readonly saslChannel: SaslChannel;
  open(header: ServerHeader): void;
  send(xml: string): void;
  close(): void;
  disconnect(): void;
  startTls(): void;
  restart(): void;
  trust(): void;
  /** Tells once all that was sent before has left the process, or false if the connection ends first. */
  whenSent(done: (sent: boolean) => void): void;
  pause(): void;
  resume(): void;
  /** Ends the connection at once; what waits to be sent is lost. */
  destroy(): void;
}
