import { Problem } from './problem';
import { accessToken, refresh, session } from './session';

export interface Sending {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Sends with the access token, once more with a fresh one after a 401; throws a {@link Problem} for what is not 2xx. */
export async function send(path: string, sending: Sending = {}): Promise<Response> {
  let response = await once(path, sending);
  if (response.status === 401 && session.get().state === 'in' && await refresh()) {
    response = await once(path, sending);
  }
  if (!response.ok) {
    throw await Problem.of(response);
  }
  return response;
}

async function once(path: string, { method = 'GET', body, headers, signal }: Sending): Promise<Response> {
  const token = await accessToken();
  try {
    return await fetch(path, {
      method, signal, credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
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
