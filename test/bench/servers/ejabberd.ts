/** A throw-away ejabberd as the benchmark's peer: plain TCP on loopback, limits off, no epmd. Runs as
 *  its own user when root runs the benchmark. @module */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installed } from '../server.ts';
import type { Recipe } from '../server.ts';

const USER = 'ejabberd';

/** ejabberd, as packaged by Debian or found in the path. */
export const ejabberd: Recipe = {
  name: 'ejabberd',
  missing: () => (installed('ejabberdctl') ? undefined : 'ejabberd is not installed (Debian: apt-get install ejabberd)'),
  prepare(directory, port) {
    const file = (name: string): string => join(directory, name);
    mkdirSync(file('db'), { recursive: true });
    mkdirSync(file('log'), { recursive: true });
    writeFileSync(file('ejabberd.yml'), configuration(port));
    writeFileSync(file('ejabberdctl.cfg'), control(directory, port));
    writeFileSync(file('inetrc'), '');
    const options = ['--config-dir', directory, '--ctl-config', file('ejabberdctl.cfg'), '--config', file('ejabberd.yml'), '--spool', file('db'), '--logs', file('log'), 'foreground'];
    return { argv: [...asUser(directory), 'ejabberdctl', ...options], env: { HOME: directory }, pidFile: file('pid') };
  },
};

/** ejabberdctl's own change of user lowers the limit on open files; setpriv leaves it. */
function asUser(directory: string): string[] {
  if (process.getuid?.() !== 0) return [];
  chmodSync(dirname(directory), 0o755);
  chmodSync(directory, 0o755);
  spawnSync('chown', ['-R', USER, directory]);
  return ['setpriv', '--reuid', USER, '--regid', USER, '--init-groups'];
}

const control = (directory: string, port: number): string => `
EJABBERD_PID_PATH=${directory}/pid
EJABBERD_CONFIG_PATH=${directory}/ejabberd.yml
ERLANG_NODE=peerbench@localhost
ERL_DIST_PORT=${port + 1}
INET_DIST_INTERFACE=127.0.0.1
`;

// The backlog of 5 that is the default loses connections when 50 arrive at once.
const configuration = (port: number): string => `
hosts: [localhost]
loglevel: warning
auth_password_format: scram
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    backlog: 1024
    max_stanza_size: 262144
    shaper: none
    access: all
    starttls: false
disable_sasl_mechanisms: ["digest-md5", "X-OAUTH2"]
access_rules:
  local: { allow: all }
shaper_rules:
  max_user_sessions: infinity
  max_user_offline_messages: infinity
registration_timeout: infinity
modules:
  mod_adhoc: {}
  mod_blocking: {}
  mod_caps: {}
  mod_carboncopy: {}
  mod_client_state: {}
  mod_disco: {}
  mod_last: {}
  mod_muc: { host: "rooms.localhost", access: [{ allow: all }], access_create: local }
  mod_offline: { access_max_user_messages: max_user_offline_messages }
  mod_ping: {}
  mod_privacy: {}
  mod_private: {}
  mod_pubsub: { plugins: [flat, pep] }
  mod_register: { ip_access: all, access: all }
  mod_roster: { versioning: true }
  mod_stream_mgmt: { resend_on_timeout: if_offline }
  mod_vcard: { search: false }
  mod_vcard_xupdate: {}
  mod_version: {}
`;
