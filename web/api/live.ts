import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { http, signedOut } from './client.ts';

const againAfterMs = 3_000;
const everyMinuteMs = 60_000;
/** Whoever has left their desk does not keep their session alive. */
const quietAfterMs = 30 * 60_000;
const inputs = ['pointerdown', 'keydown'] as const;

/** What the tab with the connection tells the others; `input`: what any of them tells it. */
type Told = 'changed' | 'open' | 'gone' | 'signed-out' | 'input';

/**
 * Reads again what a page shows whenever something has changed on the server, and once a minute, since what is due
 * changes by itself. After a gap everything is read again: nobody knows what was missed.
 *
 * Of all tabs one holds the connection, since browsers allow six to a server; where they cannot agree (Web Locks need
 * TLS or this machine) each holds its own.
 * @returns whether the connection stands
 */
export function useLive(): boolean {
  const queries = useQueryClient();
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    const isShared = 'locks' in navigator;
    const others = new BroadcastChannel('winback-live');
    const leaving = new AbortController();
    const mountedAt = Date.now();
    let source: EventSource | null = null;
    let leads = false;
    let release = () => {};
    let gap = false;
    let ownInput = mountedAt;
    let anyInput = mountedAt;
    let inputTold = mountedAt;
    let again: ReturnType<typeof setTimeout> | undefined;

    const hear = (told: Told) => {
      if (told === 'changed') return readAgain(queries);
      if (told === 'signed-out') return signedOut.dispatchEvent(new Event('signed-out'));
      if (told === 'input') return wake();
      setConnected(told === 'open');
      if (told === 'open' && gap) void queries.invalidateQueries();
      gap = told === 'gone';
    };
    const tell = (told: Told) => {
      hear(told);
      if (isShared) others.postMessage(told);
    };
    others.onmessage = ({ data }: MessageEvent<Told>) => {
      // It was away, or another tab had it before.
      if (data === 'open') gap = true;
      hear(data);
    };

    const connect = () => {
      source = new EventSource('/api/v1/changes');
      source.onopen = () => tell('open');
      source.addEventListener('changed', () => tell('changed'));
      source.onerror = () => {
        tell('gone');
        // While it only reconnects, the browser goes on by itself.
        if (source?.readyState === EventSource.CLOSED) again = setTimeout(askAgain, againAfterMs);
      };
    };
    const lead = () => {
      leads = true;
      gap = Date.now() - mountedAt > againAfterMs;
      connect();
      return new Promise<void>((resolve) => (release = resolve));
    };
    const askAgain = () =>
      void http.GET('/api/v1/session').then(({ data }) => {
        if (data && !data.user) tell('signed-out');
        else connect();
      });
    const minute = setInterval(() => {
      if (Date.now() - ownInput < quietAfterMs) return readAgain(queries);
      if (Date.now() - anyInput < quietAfterMs) return;
      source?.close();
      source = null;
    }, everyMinuteMs);
    const wake = () => {
      anyInput = Date.now();
      if (!leads || source) return;
      gap = true;
      connect();
    };
    const onInput = () => {
      ownInput = Date.now();
      wake();
      if (ownInput - inputTold < everyMinuteMs) return;
      inputTold = ownInput;
      others.postMessage('input' satisfies Told);
    };

    if (isShared) {
      void navigator.locks
        .request('winback-live', { signal: leaving.signal }, lead)
        .catch((error: unknown) => {
          if (!leaving.signal.aborted) throw error;
        });
    } else void lead();
    for (const input of inputs) addEventListener(input, onInput, { passive: true });
    return () => {
      leaving.abort();
      release();
      source?.close();
      others.close();
      clearTimeout(again);
      clearInterval(minute);
      for (const input of inputs) removeEventListener(input, onInput);
    };
  }, [queries]);
  return connected;
}

let isHeld = false;
let wasMissed = false;

/** Reads nothing again until it is released; what changed meanwhile is read then. */
export function hold(queries: QueryClient): () => void {
  isHeld = true;
  return () => {
    isHeld = false;
    if (wasMissed) readAgain(queries);
    wasMissed = false;
  };
}

/** What stands still anyway is marked so by its page: `meta: { still: true }`. */
function readAgain(queries: QueryClient): void {
  if (isHeld) {
    wasMissed = true;
    return;
  }
  void queries.invalidateQueries({ predicate: ({ meta }) => meta?.['still'] !== true });
}
