// Emmett's append path, as its guide has it: CommandHandler on the PostgreSQL store, which loads the stream, decides, and
// appends with the version that it read. One line of JSON says what to do, each further line asks for a turn.

import { CommandHandler } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const evolve = (state, event) => ({ count: state.count + 1, last: event.data });
const handle = CommandHandler({ evolve, initialState: () => ({ count: 0, last: null }) });

async function atOnce(width, works) {
  const waiting = works.values();
  const worker = async () => {
    for (const work of waiting) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function turn(store, task) {
  const decide = () => task.events;
  const open = () => handle(store, `case-${randomUUID()}`, decide);
  const running = Array.from({ length: task.batch / 2 }, () => `case-${randomUUID()}`);
  const begin = () => task.events[0];
  await atOnce(task.width, running.map((stream) => () => handle(store, stream, begin)));
  const works = running.flatMap((stream) => [open, () => handle(store, stream, decide)]);
  const started = performance.now();
  await atOnce(task.width, works);
  return (task.batch / (performance.now() - started)) * 1000;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const task = JSON.parse((await lines.next()).value);
const store = getPostgreSQLEventStore(task.dsn);
await store.schema.migrate();
const installed = new URL('node_modules/@event-driven-io/emmett-postgresql/package.json', import.meta.url);
console.log(JSON.parse(readFileSync(installed)).version);
for await (const _ of lines) console.log(await turn(store, task));
await store.close();
