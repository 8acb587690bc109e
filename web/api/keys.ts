import { useRef } from 'react';

type Key = { 'Idempotency-Key': string };

/** For one thing that somebody does, however often it has to be sent. */
export function idempotencyKey(): Key {
  return { 'Idempotency-Key': crypto.randomUUID() };
}

/** Keys of what is sent: the same content, sent again after no answer, has the same key, and any other one of its own. */
export function useKeys() {
  const last = useRef<{ content: string; key: Key } | null>(null);
  return {
    of(content: unknown): Key {
      const text = JSON.stringify(content);
      if (last.current?.content !== text) last.current = { content: text, key: idempotencyKey() };
      return last.current.key;
    },
    /** it has arrived: the same once more is another one */
    done: () => void (last.current = null),
  };
}
