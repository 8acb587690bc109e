import { once } from 'node:events';
import Database from 'better-sqlite3';
import express from 'express';

/* The least that a server can do with events: parse them, keep each as it is, all or nothing, and say so. */

const db = new Database(process.env['BARE_DATABASE']);
db.pragma('journal_mode = WAL');
// As db/open.ts has it.
db.pragma('synchronous = FULL');
db.pragma('cache_size = -64000');
db.pragma('wal_autocheckpoint = 4000');
db.exec('create table events (event_seq integer primary key, event text not null)');
const insert = db.prepare('insert into events (event) values (?)');
const keep = db.transaction((events: unknown[]) => {
  for (const event of events) insert.run(JSON.stringify(event));
});

const app = express();
app.use(express.json({ limit: '5mb' }));
app.get('/healthz', (_req, res) => void res.json({}));
app.post('/api/v1/events', (req, res) => {
  const events: unknown[] = Array.isArray(req.body) ? req.body : [req.body];
  keep.immediate(events);
  res.status(202).json({ accepted: events.length });
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
