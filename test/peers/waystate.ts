/** Waystate itself as one side of a stream between servers: in this process, on a loopback address of its own, found by the
 *  others on port 5269 as they find each other. @module */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/cli/config.ts';
import { startServer } from '../../src/cli/start.ts';
import { signCertificate } from '../../src/runtime/self-signed.ts';
import { Connection } from '../world/connection.ts';
import { quiet } from '../world/sockets.ts';
import { serverPort } from './peer.ts';
import type { PeerOptions } from './peer.ts';
import type { Home } from './person.ts';

/** A server in this process. */
export interface Waystate extends Home {
  readonly rooms: string;
  stop(): Promise<void>;
}

/** Starts a server.
 *  @param domain served, with `rooms.` before it for its rooms
 *  @param more of the configuration file; what it has of `s2s` comes on top */
export async function startWaystate(domain: string, { address, hosts, auth, authority }: PeerOptions, { s2s, ...more }: { readonly s2s?: object; readonly [key: string]: unknown } = {}): Promise<Waystate> {
  const directory = await mkdtemp(join(tmpdir(), 'waystate-here-'));
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text);
    return join(directory, name);
  };
  const rooms = `rooms.${domain}`;
  const { key, cert } = auth === 'external' ? await authority.issue([domain, rooms]) : await signCertificate(domain);
  const config = {
    domain, host: address, memory: true, openRegistration: true, insecurePlain: true,
    tls: { keyFile: await file('key.pem', key), certFile: await file('cert.pem', cert) },
    ports: { c2s: 0, c2sTls: false, http: false, https: false, s2s: serverPort, s2sTls: false },
    s2s: {
      enabled: true, ...(auth === 'external' && { ca: await file('ca.pem', authority.cert) }),
      targets: Object.fromEntries(Object.entries(hosts).filter(([, at]) => at !== address).map(([name, at]) => [name, `${at}:${serverPort}`])),
      ...s2s,
    },
    ...more,
  };
  const server = await startServer(parseConfig(JSON.stringify(config), join(directory, 'config.json')), { log: quiet });
  const [host = '', port = ''] = (server.addresses.c2s ?? '').split(':');
  return {
    domain,
    rooms,
    c2s: { host, port: Number(port) },
    async addAccount(name, password) {
      const connection = await Connection.open(`${host}:${port}`, 'plain', domain);
      const answer = await connection.register(name, password);
      if (answer.attrs.type !== 'result') throw new Error(`no account: ${answer.toString()}`);
      connection.drop();
    },
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true });
    },
  };
}
