import { once } from 'node:events';
import Database from 'better-sqlite3';
import express from 'express';

/* The least that a server can do with events: parse them, keep each as it is and once, all or nothing, and say so. */

const db = new Database(process.env['BARE_DATABASE']);
db.pragma('journal_mode = WAL');
// As db/open.ts has it.
db.pragma('synchronous = FULL');
db.pragma('cache_size = -64000');
db.pragma('wal_autocheckpoint = 4000');
db.exec(
  'create table events (source text, id text, event text not null, primary key (source, id))',
);
const insert = db.prepare(
  'insert into events (source, id, event) values (?, ?, ?) on conflict do nothing',
);
type Sent = { source: string; id: string };
const keep = db.transaction((events: Sent[]) => {
  let accepted = 0;
  for (const event of events) {
    accepted += insert.run(event.source, event.id, JSON.stringify(event)).changes;
  }
  return { accepted, duplicates: events.length - accepted };
});

const app = express();
app.use(express.json({ limit: '5mb' }));
app.get('/healthz', (_req, res) => void res.json({}));
app.post('/api/v1/events', (req, res) => {
  const events = (Array.isArray(req.body) ? req.body : [req.body]) as Sent[];
  res.status(202).json(keep.immediate(events));
});
const server = app.listen(Number(process.env['PORT']), '127.0.0.1');
const stop = () => {
  server.close();
  server.closeAllConnections();
};
for (const occasion of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(occasion, stop);
await once(server, 'close');
db.close();
// Its listener would keep the process alive.
if (process.connected) process.disconnect();
