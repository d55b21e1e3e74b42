import { useLayoutEffect, type RefObject } from 'react';

/** Lets the pane end where the window does, whatever stands above it. */
export function useFill(pane: RefObject<HTMLDivElement | null>, wanted: boolean): void {
  useLayoutEffect(() => {
    if (!wanted) {
      return undefined;
    }
    const fill = () => {
      const box = pane.current!;
      const above = box.getBoundingClientRect().top + window.scrollY;
      box.style.height = `max(${window.innerWidth <= 720 ? 320 : 420}px, calc(100dvh - ${Math.round(above)}px - var(--below-page)))`;
    };
    fill();
    const sizes = new ResizeObserver(fill);
    sizes.observe(document.body);
    window.addEventListener('resize', fill);
    return () => {
      sizes.disconnect();
      window.removeEventListener('resize', fill);
    };
  }, [pane, wanted]);
}
