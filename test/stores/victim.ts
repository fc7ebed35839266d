/** A process to be killed. `write`: it writes to a store without end and tells each acknowledged
 *  write on standard output. `migrate`: it brings a store to a schema of tomorrow and says `half` when
 *  it is half-way. Started by kill.test.ts. @module */
import { writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { migrate, migrations } from '../../src/stores/schema.ts';
import { databaseFile } from '../../src/stores/sqlite-database.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { create, jid } from './fixtures.ts';

const [task, directory = '', round = ''] = process.argv.slice(2);

/** One line, handed to the system before anything else happens. */
const tell = (line: string): void => void writeSync(1, `${line}\n`);

async function write(): Promise<void> {
  const store = await sqliteStore({ directory });
  const accounts = ['a@d.example', 'b@d.example', 'ü@d.example'].map(jid);
  for (const account of accounts) await create((request) => store.perform(request), account);
  tell('open');
  const writeOne = async (count: number): Promise<void> => {
    const account = accounts[count % accounts.length] ?? jid('');
    const xml = `${round} ${count}`;
    await store.perform({ op: 'offline.append', account, at: count, xml, limit: Infinity });
    tell(`${account} ${xml}`);
  };
  // Some in flight at any time, in groups of a changing size.
  for (let count = 0; ; ) {
    const group: Promise<void>[] = [];
    for (const end = count + 1 + (count % 17); count < end; count++) group.push(writeOne(count));
    await group[0];
  }
}

function migrateForEver(): void {
  const database = new DatabaseSync(databaseFile(directory), { timeout: 5000 });
  database.function('tellHalf', () => {
    tell('half');
    return 0;
  });
  const numbers = (end: number): string => `WITH RECURSIVE number (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM number LIMIT ${end})`;
  // A small cache makes SQLite write uncommitted pages to the disk.
  database.exec('PRAGMA cache_size = 10');
  migrate(database, [
    ...migrations,
    `CREATE TABLE later (x INTEGER) STRICT; ${numbers(50_000)} INSERT INTO later SELECT x FROM number; DELETE FROM offline`,
    `SELECT tellHalf(); ${numbers(-1)} SELECT count(*) FROM number`,
  ]);
}

if (task === 'write') await write();
else migrateForEver();
