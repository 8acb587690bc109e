import { monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { hold } from '../api/live.ts';

/** While somebody drags, nothing moves below their hand. */
export function useStillWhileDragging(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let release = () => {};
    const stop = monitorForElements({
      onDragStart: () => (release = hold(queries)),
      onDrop: () => release(),
    });
    return () => {
      release();
      stop();
    };
  }, [queries]);
}
