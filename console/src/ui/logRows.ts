import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';

/** Height of a line that is not wrapped. */
export const LINE = 20;
const SPARE = 24;

export interface Rows {
  shown: { index: number; start: number }[];
  height: number;
  measure?: (element: Element | null) => void;
  show: (row: number) => void;
}

/** The rows near what is seen. Lines of one height need no list of where each begins, so their number does not matter. */
export function useRows(scroller: RefObject<HTMLDivElement | null>, count: number, wrapped: boolean): Rows {
  const [seen, setSeen] = useState({ first: 0, last: 60 });
  useLayoutEffect(() => {
    const box = scroller.current!;
    const look = () => setSeen((former) => {
      const first = Math.floor(box.scrollTop / LINE);
      const last = Math.ceil((box.scrollTop + box.clientHeight) / LINE);
      // What is drawn already reaches further than what is seen.
      return Math.abs(first - former.first) < SPARE / 2 && Math.abs(last - former.last) < SPARE / 2 ? former : { first, last };
    });
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(box);
    box.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      box.removeEventListener('scroll', look);
    };
  }, [scroller]);
  const virtualizer = useVirtualizer({ count: wrapped ? count : 0, getScrollElement: () => scroller.current, estimateSize: () => LINE, overscan: SPARE });
  const wasWrapped = useRef(wrapped);
  useEffect(() => {
    if (wasWrapped.current !== wrapped) {
      wasWrapped.current = wrapped;
      virtualizer.measure();
    }
  }, [wrapped, virtualizer]);
  if (wrapped) {
    return { shown: virtualizer.getVirtualItems(), height: virtualizer.getTotalSize(), measure: virtualizer.measureElement,
      show: (row) => virtualizer.scrollToIndex(row, { align: 'center' }) };
  }
  const first = Math.max(0, Math.min(seen.first, count - 1) - SPARE);
  const last = Math.min(count, seen.last + SPARE);
  return {
    shown: Array.from({ length: Math.max(0, last - first) }, (_, index) => ({ index: first + index, start: (first + index) * LINE })),
    height: count * LINE,
    show: (row) => {
      const box = scroller.current!;
      box.scrollTop = row * LINE - box.clientHeight / 2;
    },
  };
}
