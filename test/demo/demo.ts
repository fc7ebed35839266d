/** `npm run demo`: the three cases of the article that this server began with, on the real thing; `npm run demo -- 2` shows
 *  the second one only. Everything that is shown comes from the clients and the machines as it happens; the last lines of an act are
 *  counted, and where they don't hold the demonstration fails. @module */
import { noPresence } from './act-1-no-presence.ts';
import { roomElsewhere } from './act-2-room-elsewhere.ts';
import { invisible } from './act-3-invisible.ts';
import { Transcript } from './transcript.ts';

const acts = [noPresence, roomElsewhere, invisible];
const transcript = new Transcript({ colours: process.stdout.isTTY, write: (line) => void process.stdout.write(`${line}\n`) });
const wanted = process.argv.slice(2).map(Number);
for (const [index, act] of acts.entries()) {
  if (wanted.length > 0 && !wanted.includes(index + 1)) continue;
  if (!(await act(transcript))) process.exitCode = 1;
}
