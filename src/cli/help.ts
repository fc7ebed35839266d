/** What the help of the commands says beside their options. @module */

/** Under every help. */
export const exitCodesText = `
Exit codes:
  0    done
  1    it could not be done: a port is in use, there is no such account; or a replay differs
  2    the command line, the configuration or the trace is wrong
  130  ended at once by a second SIGINT
  143  ended at once by a second SIGTERM`;

/** Under the help of the whole program. */
export const programText = `
Start with: waystate serve
In a checkout of the sources, waystate is: npx node src/cli/main.ts
and waystate serve is: npm start --`;

/** Under the help of `serve`. */
export const serveText = `
Without options it serves localhost on the standard ports, on loopback only,
keeps everything under ./data and makes itself a certificate there. Other
servers are reached from every domain but localhost; there --s2s-port asks for it.
The inspector is there for localhost; elsewhere --inspector-port asks for it.

Examples:
  waystate serve
  waystate serve --memory --open-registration       to try things out
  waystate serve --domain example.org --data /var/lib/waystate
  waystate serve --config /etc/waystate.json
  waystate serve --s2s-port 5269 --muc chat.localhost    with other servers, too

An option overrides the same key in the file. A port is a number, 0 for any free
one, or off. SIGTERM and SIGINT say goodbye to every session, a second one ends
at once; SIGHUP reads the certificate's files again.`;

/** Under the help of `replay`. */
export const replayText = `
On a terminal it waits after each step: Enter goes on, a shows all the rest, q ends.

Examples:
  waystate replay traces/session.jsonl
  waystate replay --json traces/session.jsonl | head`;

/** Under the help of `inspect`. */
export const inspectText = `
Examples:
  waystate inspect                                      three traces to try
  waystate inspect traces/session.jsonl
  waystate inspect traces/session.jsonl --html a.html   to give it to somebody`;

/** Under the help of `export`. */
export const exportText = `
table and golden are for whoever builds a machine again, in whatever language: what it
does, and traces to check it with. promela is one model of the machines together.

Examples:
  waystate export --format scxml --out machines
  waystate export --format table --format golden --machine route --out machines`;

/** Under the help of the commands that set a password. */
export const passwordText = `
The password comes from the terminal, unseen; with --password-stdin from standard
input; or from the environment variable WAYSTATE_PASSWORD. It is never an argument:
every user of the machine could read it in the list of processes.

Examples:
  waystate account add juliet@localhost
  waystate account add juliet@localhost --generate
  pass xmpp/juliet | waystate account passwd juliet@localhost --password-stdin`;
