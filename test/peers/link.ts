/** The wire between two servers, where a test can cut it: a relay at an address of its own. Whoever finds a
 *  domain there (PeerOptions, `hosts`) is carried on to the server itself. @module */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { serverPort } from './peer.ts';
import type { Endpoint } from './peer.ts';

export interface Link {
  /** How many connections have come so far. */
  readonly connections: number;
  /** Cuts what is connected now. Who connects again is carried on. */
  cut(): void;
  /** Cuts, and cuts whatever connects from now on. */
  block(): void;
  /** Ends `block`. */
  unblock(): void;
  stop(): Promise<void>;
}

/** Carries connections to `address`, port 5269, on to `target`. */
export async function startLink(address: string, target: Endpoint): Promise<Link> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let isBlocked = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const cut = (): void => sockets.forEach((socket) => socket.resetAndDestroy());
  const server = createServer((near) => {
    connections += 1;
    if (isBlocked) return void near.resetAndDestroy();
    const far = keep(connect(target));
    keep(near).pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await once(server.listen(serverPort, address), 'listening');
  return {
    get connections() {
      return connections;
    },
    cut,
    block() {
      isBlocked = true;
      cut();
    },
    unblock() {
      isBlocked = false;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
