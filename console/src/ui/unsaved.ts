import { Store } from '../client/store';

/** What is changed on a page and not saved yet, by the names of its fields; leaving the page asks first. */
export const unsaved = new Store<{ names: string; href: string } | undefined>(undefined);
