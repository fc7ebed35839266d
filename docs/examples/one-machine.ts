/** Somebody else's server, with one route machine for each connection: whether a stanza to a full JID can still be delivered is
 *  the machine's to know, what is done about it the server's. @module */
import { createActor } from 'xstate';
import { routeMachine } from 'waystate/machines';

/** What this server knows of a connection. */
class Connection {
  readonly jid: string;
  readonly #route;

  constructor(jid: string, close: (jid: string) => void) {
    this.jid = jid;
    // The machine names its effects and its delays; here is what they do, and how long they are.
    this.#route = createActor(routeMachine.provide({
      actions: {
        closeRoute: () => close(jid),
        speakForRooms: () => console.log(`${jid}: the rooms are told that it left`),
      },
      delays: { drainTimeout: 50 },
    }));
    this.#route.start();
  }

  /** Nothing else decides whether the connection gets a new message. */
  deliver(text: string): void {
    const { value } = this.#route.getSnapshot();
    console.log(`${this.jid}: ${value === 'open' ? `gets ${text}` : `is ${String(value)}, ${text} goes elsewhere`}`);
  }

  /** The client has entered a room, which owes it a last word from now on. */
  entered(): void {
    this.#route.send({ type: 'answer.owed' });
  }

  /** The room has said that the client left. */
  heardGoodbye(): void {
    this.#route.send({ type: 'answer.settled' });
  }

  /** The client has closed its stream. */
  ended(): void {
    this.#route.send({ type: 'drain.begun' });
  }
}

const connections = new Map<string, Connection>();
const closed = Promise.withResolvers<void>();
const connection = new Connection('juliet@example.org/balcony', (jid) => {
  connections.delete(jid);
  console.log(`${jid}: closed`);
  closed.resolve();
});
connections.set(connection.jid, connection);

connection.deliver('hello');
connection.entered(); // one room …
connection.entered(); // … and another
connection.ended();
connection.deliver('too late');
connection.heardGoodbye();
await closed.promise; // the other room has not answered: the drain ends by itself
