import { navigate } from 'wouter/use-browser-location';
import { Store, useStore } from '../client/store';

/**
 * The path that is shown. The address bar is ahead of it: when the browser goes back, the address has changed before the
 * page hears of it, and what was drawn in between would have left already.
 */
const place = new Store(window.location.pathname);

/** Shows what the address bar says. */
export const follow = (): void => place.set(window.location.pathname);

// What wouter says of each navigation by a link.
addEventListener('pushState', follow);
addEventListener('replaceState', follow);

/** For the router. */
export const usePlace = (): [string, typeof navigate] => [useStore(place), navigate];
