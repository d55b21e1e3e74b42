import type { ReactNode } from 'react';
import { Store } from '../client/store';

export interface Question {
  title: string;
  /** One sentence: what will happen. */
  text?: ReactNode;
  action: string;
  /** For what cannot be undone: the name to type. */
  name?: string;
  dies?: string[];
  survives?: string[];
  /** Runs while the dialog waits; its failure is shown in it. */
  run: () => Promise<unknown>;
  /** Hears that it was not to be. */
  left?: () => void;
}

export const asked = new Store<Question | undefined>(undefined);

/** Asks before something is changed or destroyed. */
export const confirm = (question: Question): void => asked.set(question);
