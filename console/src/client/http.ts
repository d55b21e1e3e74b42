import { Problem } from './problem';
import { proved } from './proof';
import { accessToken, chosenTeam, refresh, session } from './session';
import { Store } from './store';

/** How often a team refused because it asks for a second factor that the person does not have. */
export const stepUps = new Store(0);

export interface Sending {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/**
 * Sends with the access token, once more with a fresh one after a 401 and once the person has shown again that it is them
 * where that is asked for; throws a {@link Problem} for what is not 2xx.
 */
export async function send(path: string, sending: Sending = {}): Promise<Response> {
  let response = await once(path, sending);
  if (response.status === 401 && session.get().state === 'in' && await refresh()) {
    response = await once(path, sending);
  }
  if (!response.ok) {
    const problem = await Problem.of(response);
    if (problem.kind === 'step-up') {
      stepUps.set(stepUps.get() + 1);
    }
    if (problem.kind === 'unproven' && await proved()) {
      return await send(path, sending);
    }
    throw problem;
  }
  return response;
}

async function once(path: string, { method = 'GET', body, headers, signal }: Sending): Promise<Response> {
  const token = await accessToken();
  const team = chosenTeam();
  try {
    return await fetch(path, {
      method, signal, credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token ? { Authorization: `Bearer ${token}`, ...(team ? { 'OpenPanel-Team': team } : {}) } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    throw Problem.unreachable();
  }
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return await (await send(path, { signal })).json() as T;
}
