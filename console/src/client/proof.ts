import { Store } from './store';

/** Somebody waits for the person to show again that it is them. */
export const proving = new Store<{ answer: (proved: boolean) => void } | undefined>(undefined);

let asking: Promise<boolean> | undefined;

/** Asks the person, once for all calls that wait; false where they would not. */
export function proved(): Promise<boolean> {
  asking ??= new Promise<boolean>((answer) => proving.set({ answer })).finally(() => {
    asking = undefined;
    proving.set(undefined);
  });
  return asking;
}
