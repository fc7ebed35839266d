/** ejabberd as a peer: its configuration. It runs in Erlang without `ejabberdctl`, which would change the
 *  user, and as no node of a cluster, so that there is no name to register and no port for that. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientPort, hostsFile, serverPort, startPeer } from './peer.ts';
import type { Peer, PeerOptions, Program } from './peer.ts';

const domain = 'ejabberd.test';
const rooms = 'rooms.ejabberd.test';

const configuration = ({ address, auth }: PeerOptions, directory: string): string => `
hosts: [${domain}]
loglevel: debug
certfiles: ["${directory}/server.pem"]
ca_file: "${directory}/authority.pem"
auth_password_format: scram
disable_sasl_mechanisms: ["digest-md5", "X-OAUTH2"]
registration_timeout: infinity
s2s_use_starttls: required
s2s_dns_retries: 1
s2s_dns_timeout: 1
s2s_max_retry_delay: 1
outgoing_s2s_families: [ipv4]
outgoing_s2s_port: ${serverPort}
listen:
  - { port: ${clientPort}, ip: "${address}", module: ejabberd_c2s, starttls: false }
  - { port: ${serverPort}, ip: "${address}", module: ejabberd_s2s_in }
modules:
  mod_disco: {}
  mod_muc: { host: "${rooms}" }
  mod_ping: {}
  mod_register: { ip_access: all, access: all }
  mod_roster: {}
${auth === 'dialback' ? '  mod_s2s_dialback: {}' : ''}
`;

/** It asks Erlang's own resolver for SRV records: without any nameserver that fails at once. Addresses it
 *  has from the C library, whose /etc/hosts libnss_wrapper puts another file in place of. */
const inetrc = '{resolv_conf,"/dev/null"}.\n{lookup,[file]}.\n';

const ejabberd: Program = {
  name: 'ejabberd', domain, rooms,
  files: (options, directory, { key, cert }) => ({
    'ejabberd.yml': configuration(options, directory),
    inetrc,
    hosts: hostsFile(options.hosts),
    'server.pem': key + cert,
    // With dialback nobody is trusted, so that nothing else can have let it in.
    'authority.pem': options.auth === 'external' ? options.authority.cert : cert,
  }),
  command: (directory) => ({
    file: 'erl',
    args: ['-noinput', '-mnesia', 'dir', `"${join(directory, 'db')}"`, '-s', 'ejabberd'],
    env: {
      ERL_LIBS: libraries(),
      ERL_INETRC: join(directory, 'inetrc'),
      LD_PRELOAD: 'libnss_wrapper.so',
      NSS_WRAPPER_HOSTS: join(directory, 'hosts'),
      ERL_CRASH_DUMP_SECONDS: '0',
      EJABBERD_CONFIG_PATH: join(directory, 'ejabberd.yml'),
      EJABBERD_LOG_PATH: join(directory, 'ejabberd.log'),
    },
  }),
};

/** Where Debian keeps it, which depends on the processor, is written in `ejabberdctl`. */
function libraries(): string {
  return /^ERL_LIBS='(.*)'$/m.exec(readFileSync('/usr/sbin/ejabberdctl', 'utf8'))?.[1] ?? '';
}

/** Starts ejabberd for `ejabberd.test`, with rooms at `rooms.ejabberd.test`.
 *  @throws as {@link startPeer} */
export function startEjabberd(options: PeerOptions): Promise<Peer> {
  return startPeer(ejabberd, options);
}
