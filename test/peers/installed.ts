/** Which of the peers are installed here. Their tests run where they are; where WAYSTATE_REQUIRE_ALL is set,
 *  as in CI, it is a failure that one is not. @module */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

/** The Debian package that each peer lacks; undefined where it has all that it needs. */
export interface InstalledPeers {
  readonly prosody: string | undefined;
  readonly ejabberd: string | undefined;
  /** Every package that is lacking. */
  readonly missing: readonly string[];
}

/** Looks for the programs, and for what lets them find domains without DNS. */
export function installedPeers(): InstalledPeers {
  const prosody = !existsSync('/usr/bin/prosody') ? 'prosody' : hasUnbound() ? undefined : 'lua-unbound';
  const ejabberd = !existsSync('/usr/sbin/ejabberdctl') ? 'ejabberd' : hasWrapper() ? undefined : 'libnss-wrapper';
  return { prosody, ejabberd, missing: [prosody, ejabberd].filter((name) => name !== undefined) };
}

function hasUnbound(): boolean {
  const shebang = spawnSync('head', ['-n', '1', '/usr/bin/prosody'], { encoding: 'utf8' }).stdout;
  const lua = shebang.replace('#!', '').trim().split(' ').at(-1) ?? '';
  return spawnSync(lua, ['-e', 'require "lunbound"']).status === 0;
}

/** In whichever folder is the processor's. */
function hasWrapper(): boolean {
  return readdirSync('/usr/lib').some((folder) => existsSync(`/usr/lib/${folder}/libnss_wrapper.so`));
}
