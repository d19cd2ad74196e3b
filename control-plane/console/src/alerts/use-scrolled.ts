import { useSyncExternalStore } from 'react';

/** Below this many px the reader is still at the top. */
const TOP_PX = 60;

function subscribe(listener: () => void): () => void {
  window.addEventListener('scroll', listener, { passive: true });
  return () => window.removeEventListener('scroll', listener);
}

/** True while the page is scrolled away from its top: a row that came in above would move what is being read. */
export const useScrolled = (): boolean => useSyncExternalStore(subscribe, () => window.scrollY > TOP_PX);
