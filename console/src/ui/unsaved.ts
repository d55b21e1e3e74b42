import { Store } from '../client/store';

/** The names of what is changed on this page and not saved yet; leaving the page asks first. */
export const unsaved = new Store('');
