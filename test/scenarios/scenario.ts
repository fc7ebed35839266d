/** Dialogues in text, and how they are run. A line is one of
 *
 *      # a comment; the header cites the rule
 *      account juliet                   or: account romeo at there, where there are two servers
 *      juliet connects                  or: juliet/balcony connects
 *      juliet sends                     XML follows, indented; it is sent in one write
 *      juliet receives                  XML follows: these stanzas next, in this order
 *      juliet receives in any order     XML follows: these stanzas next, in whatever order
 *      juliet receives nothing          a ping is answered, and nothing else comes before the answer
 *      juliet is closed                 the server's closing tag comes next
 *      juliet closes                    the client's closing tag
 *      juliet is cut off                the connection breaks
 *
 *  What is written must be there: attributes, text, children in their order; what is not written may
 *  be there as well. `*` stands for any value, `{juliet}` for juliet's full JID, `{here}` and `{there}` for the
 *  domains of the servers, `{rooms.here}` and `{rooms.there}` for those of their rooms, `absent` for an
 *  attribute that may not be there. A client that has a resource in its name, such as
 *  `juliet/balcony`, binds it; `juliet/balcony#2` is another client that binds the same. @module */
import { parse } from 'ltx';
import type { Element } from 'ltx';
import { DOMAIN } from '../world/world.ts';
import type { Client, Place, World } from '../world/world.ts';

/** One line of a scenario, with the XML that follows it. */
interface Line {
  readonly number: number;
  readonly words: string;
  xml: string;
}

/** Reads a scenario; its name is its first comment. */
export function readScenario(text: string): { readonly title: string; readonly lines: readonly Line[] } {
  const lines: Line[] = [];
  let title = '';
  text.split('\n').forEach((raw, index) => {
    if (raw.trim() === '') return;
    if (raw.startsWith('#')) title ||= raw.slice(1).trim();
    else if (/^\s/.test(raw)) {
      const last = lines.at(-1);
      if (last === undefined) throw new Error(`line ${index + 1}: XML belongs below a line that says what it is for`);
      last.xml += `${raw.trim()}\n`;
    } else lines.push({ number: index + 1, words: raw.trim(), xml: '' });
  });
  return { title, lines };
}

/** Runs a scenario in a world. Throws at the first line that does not come true.
 *  @param tell is told of the dialogue as it goes */
export async function runScenario(lines: readonly Line[], world: World, tell: (line: string) => void = () => {}): Promise<void> {
  const clients = new Map<string, Client>();
  const places = new Map<string, Place>();
  for (const line of lines) {
    try {
      await runLine(line, world, clients, places, tell);
    } catch (error) {
      throw new Error(`line ${line.number}: ${line.words}: ${(error as Error).message}`, { cause: error });
    }
  }
}

async function runLine({ words, xml }: Line, world: World, clients: Map<string, Client>, places: Map<string, Place>, tell: (line: string) => void): Promise<void> {
  const [who = '', ...rest] = words.split(' ');
  if (who === 'account') {
    const [account = '', , place = 'here'] = rest;
    places.set(account, place as Place);
    return world.account(account, place as Place);
  }
  const what = rest.join(' ');
  const fill = (text: string): string => text.replace(/\{([^}]+)\}/g, (_, name: string) => world.domains[name] ?? clientOf(clients, name).jid);
  if (what === 'connects') {
    const [name = '', resource] = who.replace(/#.*/, '').split('/');
    clients.set(who, await world.connect(name, resource, places.get(name) ?? 'here'));
    return tell(`${who} connects as ${clientOf(clients, who).jid}`);
  }
  const client = clientOf(clients, who);
  switch (what) {
    case 'sends':
      tell(`${who} → ${fill(xml).trim()}`);
      return client.send(fill(xml).replaceAll('>\n<', '><').trim());
    case 'receives':
      for (const expected of stanzasOf(fill(xml))) must(await hear(client, who, tell), expected);
      return;
    case 'receives in any order':
      return receiveAll(client, who, stanzasOf(fill(xml)), tell);
    case 'receives nothing':
      return receiveNothing(client, world.domains[places.get(who.replace(/[/#].*/, '')) ?? 'here'] ?? DOMAIN);
    case 'is closed': {
      const next = await client.next();
      if (next !== 'closed') throw new Error(`but it receives ${next.toString()}`);
      return tell(`${who} ← </stream:stream>`);
    }
    case 'closes':
      tell(`${who} → </stream:stream>`);
      return client.close();
    case 'is cut off':
      tell(`${who} is cut off`);
      return client.drop();
    default:
      throw new Error('nobody knows what this means');
  }
}

function clientOf(clients: ReadonlyMap<string, Client>, name: string): Client {
  const client = clients.get(name);
  if (client === undefined) throw new Error(`${name} has not connected`);
  return client;
}

const stanzasOf = (xml: string): Element[] => parse(`<all>${xml}</all>`).getChildElements();

async function hear(client: Client, who: string, tell: (line: string) => void): Promise<Element> {
  const next = await client.next();
  if (next === 'closed') throw new Error('but its stream is closed');
  tell(`${who} ← ${next.toString()}`);
  return next;
}

async function receiveAll(client: Client, who: string, expected: Element[], tell: (line: string) => void): Promise<void> {
  const missing = [...expected];
  while (missing.length > 0) {
    const got = await hear(client, who, tell);
    const index = missing.findIndex((candidate) => differenceOf(got, candidate) === undefined);
    if (index < 0) throw new Error(`but it receives ${got.toString()}\nand not one of\n${missing.map(String).join('\n')}`);
    missing.splice(index, 1);
  }
}

let pings = 0;
async function receiveNothing(client: Client, domain: string): Promise<void> {
  pings += 1;
  client.send(`<iq id="nothing-${pings}" to="${domain}" type="get"><ping xmlns="urn:xmpp:ping"/></iq>`);
  const next = await client.next();
  if (next === 'closed' || next.attrs.id !== `nothing-${pings}`) throw new Error(`but it receives ${next.toString()}`);
}

function must(got: Element, expected: Element): void {
  const difference = differenceOf(got, expected);
  if (difference !== undefined) throw new Error(`${difference}\nexpected ${expected.toString()}\nreceived ${got.toString()}`);
}

/** What of the expected is not there; undefined when all is. */
function differenceOf(got: Element, expected: Element): string | undefined {
  if (got.getName() !== expected.getName()) return `<${got.name}/> is no <${expected.name}/>`;
  for (const [name, value] of Object.entries(expected.attrs)) {
    const found = name === 'xmlns' ? got.getNS() : got.attrs[name];
    if (value === 'absent' ? found !== undefined : value === '*' ? found === undefined : found !== value) return `${name} is ${found ?? 'absent'}`;
  }
  const children = expected.getChildElements();
  if (children.length === 0 && expected.getText().trim() !== '' && expected.getText() !== '*' && expected.getText() !== got.getText()) return `the text is ${got.getText()}`;
  let from = 0;
  const there = got.getChildElements();
  for (const child of children) {
    const at = there.findIndex((candidate, index) => index >= from && differenceOf(candidate, child) === undefined);
    if (at < 0) return `no ${child.toString()}`;
    from = at + 1;
  }
  return undefined;
}
