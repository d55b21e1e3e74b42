import { Problem } from './problem';
import { Store } from './store';

export interface Tokens {
  accessToken: string;
  expiresAt: string;
  user: string;
  name: string;
  email: string;
  team: string;
  teamName: string;
  role: string;
}

export type Session =
  | { state: 'starting' }
  | { state: 'unreachable' }
  | { state: 'set-up' }
  | { state: 'out' }
  | { state: 'in'; tokens: Tokens };

/** The access token lives here only: in memory, never in storage. */
export const session = new Store<Session>({ state: 'starting' });

const EARLY = 30_000;
/** A provider that is slow to say where to log out is left out. */
const PATIENCE = 5_000;
const TEAM = 'openpanel-team';

/** The team the person chose to work in; their first one where none is. */
export const chosenTeam = (): string | undefined => localStorage.getItem(TEAM) ?? undefined;

/** Works in another team from now on: nothing of this one stays on the page. */
export function workIn(team: string | undefined): void {
  if (team) {
    localStorage.setItem(TEAM, team);
  } else {
    localStorage.removeItem(TEAM);
  }
  window.location.assign('/');
}

const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('openpanel-session');
let refreshing: Promise<boolean> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

channel?.addEventListener('message', (event: MessageEvent<{ tokens?: Tokens }>) => {
  const { tokens } = event.data;
  if (tokens) {
    adopt(tokens);
  } else {
    leave();
  }
});

function adopt(tokens: Tokens): void {
  session.set({ state: 'in', tokens });
  clearTimeout(timer);
  timer = setTimeout(() => void refresh(), Math.max(5_000, millisLeft(tokens) - 2 * EARLY));
}

function leave(): void {
  clearTimeout(timer);
  localStorage.removeItem(TEAM);
  session.set({ state: 'out' });
}

function millisLeft(tokens: Tokens): number {
  return Date.parse(tokens.expiresAt) - Date.now();
}

async function post(path: string, body?: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method: 'POST', credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(body ?? {}),
    });
  } catch {
    throw Problem.unreachable();
  }
}

export async function ask<A>(path: string, body: unknown): Promise<A> {
  const response = await post(path, body);
  if (!response.ok) {
    throw await Problem.of(response);
  }
  return await response.json() as A;
}

function welcome(tokens: Tokens): void {
  adopt(tokens);
  channel?.postMessage({ tokens });
}

export async function enter(path: string, body: unknown): Promise<void> {
  welcome(await ask<Tokens>(path, body));
}

/** What is asked for besides the password. */
export interface Challenge { challenge: string; expiresAt: string; factors: string; email?: string }

/** Logs in, or answers what else is asked for. */
export async function logIn(email: string, password: string): Promise<Challenge | undefined> {
  const answer = await ask<Tokens | Challenge>('/auth/login', { email, password });
  if ('challenge' in answer) {
    return answer;
  }
  welcome(answer);
  return undefined;
}

/** The second step of a log-in. */
export const verify = (challenge: string, code: string): Promise<void> => enter('/auth/verify', { challenge, code });

export interface Owner { token: string; email: string; password: string; name: string; team: string }

export const setUp = (owner: Owner): Promise<void> => enter('/auth/setup', owner);

export const join = (token: string, password: string, name: string): Promise<void> => enter('/auth/join', { token, password, name });

export async function logOut(): Promise<void> {
  const current = session.get();
  let there: string | undefined;
  if (current.state === 'in') {
    // The page goes first: a stream that the panel ends would have it all read again, with a token that is worth nothing.
    session.set({ state: 'starting' });
    there = await leaveProvider(current.tokens.accessToken);
    await fetch('/auth/logout', {
      method: 'POST', credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${current.tokens.accessToken}` },
      body: '{}',
    }).catch(() => undefined);
  }
  leave();
  channel?.postMessage({});
  if (there) {
    window.location.assign(there);
  }
}

/** Where to log out at the provider that let this session in, where it is to be told; nobody is kept from logging out here by it. */
async function leaveProvider(token: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`/api/v1/single-sign-on/leave?origin=${encodeURIComponent(window.location.origin)}`, {
      headers: { Accept: 'application/json', Authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(PATIENCE),
    });
    return answer.ok ? (await answer.json() as { url?: string }).url : undefined;
  } catch {
    return undefined;
  }
}

/** A fresh access token for the cookie; tabs take turns, since the cookie may be used once. */
export function refresh(): Promise<boolean> {
  const before = session.get();
  refreshing ??= inTurn(() => refreshOnce(before)).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

function inTurn(work: () => Promise<boolean>): Promise<boolean> {
  // There are no locks where the address is not trustworthy, such as plain HTTP to another machine.
  const locks = navigator.locks as LockManager | undefined;
  return locks ? locks.request('openpanel-refresh', work) as Promise<boolean> : work();
}

async function refreshOnce(before: Session): Promise<boolean> {
  const now = session.get();
  if (now !== before && now.state === 'in' && millisLeft(now.tokens) > EARLY) {
    return true;
  }
  try {
    await enter('/auth/refresh', {});
    return true;
  } catch (error) {
    const { status } = Problem.from(error);
    if (status === 400 || status === 401 || status === 403) {
      leave();
    }
    return false;
  }
}

/** The token to send, renewed when it is about to end. */
export async function accessToken(): Promise<string | undefined> {
  const current = session.get();
  if (current.state !== 'in') {
    return undefined;
  }
  if (millisLeft(current.tokens) < EARLY && await refresh()) {
    const renewed = session.get();
    return renewed.state === 'in' ? renewed.tokens.accessToken : undefined;
  }
  return current.tokens.accessToken;
}

/** Decides what a fresh page shows: the panel, log in, set up, or that nothing answers. */
export async function start(): Promise<void> {
  try {
    const needed = await fetch('/api/v1/setup', { headers: { Accept: 'application/json' } });
    if (needed.ok && (await needed.json() as { needed: boolean }).needed) {
      session.set({ state: 'set-up' });
      return;
    }
    if (await refresh() || session.get().state === 'out') {
      return;
    }
  } catch {
    // Nothing answered: said below.
  }
  session.set({ state: 'unreachable' });
}
