/** Prosody as a peer: its configuration. @module */
import { join } from 'node:path';
import { clientPort, hostsFile, serverPort, startPeer } from './peer.ts';
import type { Peer, PeerOptions, Program } from './peer.ts';

const domain = 'prosody.test';
const rooms = 'rooms.prosody.test';

/** With libunbound, addresses come from a file. Questions that the file does not answer, those for SRV
 *  records, are answered within the process too: it takes `.test` for a domain that is nowhere (RFC 6761
 *  §6.2). */
const configuration = ({ address, auth }: PeerOptions, directory: string): string => `
run_as_root = true
data_path = "${directory}/data"
network_backend = "epoll"
interfaces = { "${address}" }
local_interfaces = { }
c2s_ports = { ${clientPort} }
c2s_direct_tls_ports = { }
s2s_ports = { ${serverPort} }
s2s_direct_tls_ports = { }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
allow_registration = true
authentication = "internal_hashed"
storage = "internal"
use_ipv6 = false
unbound = { resolvconf = false, hoststxt = "${directory}/hosts" }
ssl = { key = "${directory}/key.pem", certificate = "${directory}/cert.pem", cafile = "${directory}/authority.pem" }
s2s_require_encryption = true
s2s_secure_auth = ${auth === 'external'}
modules_enabled = { "disco"; "roster"; "saslauth"; "tls"; "ping"; "register"; "posix"; ${auth === 'dialback' ? '"dialback";' : ''} }
log = { debug = "*console" }
VirtualHost "${domain}"
Component "${rooms}" "muc"
  muc_room_locking = false
`;

const prosody: Program = {
  name: 'Prosody', domain, rooms,
  files: (options, directory, { key, cert }) => ({
    'prosody.cfg.lua': configuration(options, directory),
    hosts: hostsFile(options.hosts),
    'key.pem': key,
    'cert.pem': cert,
    // With dialback nobody is trusted, so that nothing else can have let it in.
    'authority.pem': options.auth === 'external' ? options.authority.cert : cert,
    'data/.keep': '',
    'certs/.keep': '',
  }),
  command: (directory) => ({ file: 'prosody', args: ['--config', join(directory, 'prosody.cfg.lua'), '-F'] }),
};

/** Starts Prosody for `prosody.test`, with rooms at `rooms.prosody.test`.
 *  @throws as {@link startPeer} */
export function startProsody(options: PeerOptions): Promise<Peer> {
  return startPeer(prosody, options);
}
