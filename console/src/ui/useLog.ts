import { useEffect, useMemo, useState } from 'react';
import type { Input } from '../client/catalogue';
import { live } from '../client/stream';
import { useOperation } from './hooks';
import { LogBuffer } from './log';

/** `away`: nothing can come just now, and it is asked for again; `over`: all there is has come. */
export type LogState = 'live' | 'away' | 'over';

export interface Log { buffer: LogBuffer; state: LogState; message?: string }

const SOONEST = 1_000;
const LATEST = 15_000;

/**
 * Follows a stream of lines into a buffer, across restarts of what is read and of the plugin that reads it.
 *
 * @param running whether what writes the log runs: the log of a container ends with each of its runs, and goes on with the next
 */
export function useLog(action: string, input: Input | undefined, running = false): Log {
  const operation = useOperation(action);
  const text = input && JSON.stringify(input);
  const buffer = useMemo(() => new LogBuffer(), [action, text]);
  const [end, setEnd] = useState<{ reason: string; message?: string }>();
  const [away, setAway] = useState(false);
  const [round, setRound] = useState(0);
  const there = Boolean(operation);
  const resumes = Boolean(operation?.input.properties?.after);
  useEffect(() => setRound(0), [buffer]);
  useEffect(() => {
    setEnd(undefined);
    setAway(false);
    if (text === undefined || !there) {
      return undefined;
    }
    const after = resumes && buffer.last !== undefined ? { after: buffer.last } : {};
    return live.subscribe({ action, input: { ...JSON.parse(text) as Input, ...after }, resumes, onAway: setAway,
      onItems: (items) => buffer.add(items as never), onEnd: (reason, message) => setEnd({ reason, message }) });
  }, [action, text, buffer, there, resumes, round]);

  const again = Boolean(end && running && resumes);
  useEffect(() => {
    if (!again) {
      return undefined;
    }
    const timer = setTimeout(() => setRound((former) => former + 1), Math.min(LATEST, SOONEST * 2 ** Math.min(round, 4)));
    return () => clearTimeout(timer);
    // Each end is answered by one more round.
  }, [again, end]);
  const state = (text !== undefined && !there) || away || again ? 'away' : end ? 'over' : 'live';
  return { buffer, state, message: again ? undefined : end?.message };
}
