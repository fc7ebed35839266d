/** A throw-away Prosody as the benchmark's peer: plain TCP on loopback, its shapers off, its usual
 *  modules on. @module */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed } from '../server.ts';
import type { Recipe } from '../server.ts';

/** Prosody, as packaged by Debian or found in the path. */
export const prosody: Recipe = {
  name: 'Prosody',
  missing: () => (installed('prosody') ? undefined : 'Prosody is not installed (Debian: apt-get install prosody)'),
  prepare(directory, port) {
    const data = join(directory, 'data');
    const config = join(directory, 'prosody.cfg.lua');
    mkdirSync(data, { recursive: true });
    writeFileSync(config, configuration(directory, data, port));
    return { argv: ['prosody', '--config', config, '-F'] };
  },
};

// `run_as_root`: Prosody otherwise gives up the rights to this folder when root runs the benchmark.
const configuration = (directory: string, data: string, port: number): string => `
run_as_root = true
pidfile = ${lua(join(directory, 'pid'))}
data_path = ${lua(data)}
log = { warn = ${lua(join(directory, 'prosody.log'))} }
network_backend = "epoll"
gc = { mode = "generational" }
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
c2s_interfaces = { "127.0.0.1" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
c2s_timeout = 600
authentication = "internal_hashed"
storage = "internal"
allow_registration = true
modules_enabled = {
  "disco"; "roster"; "saslauth"; "blocklist"; "bookmarks"; "carbons"; "pep"; "private"; "smacks";
  "vcard4"; "vcard_legacy"; "csi_simple"; "ping"; "register"; "time"; "uptime"; "version"; "posix";
}
modules_disabled = { "s2s"; "tls" }
VirtualHost "localhost"
Component "rooms.localhost" "muc"
`;

/** A string literal; JSON's are Lua's for the characters of a path. */
const lua = (text: string): string => JSON.stringify(text);
