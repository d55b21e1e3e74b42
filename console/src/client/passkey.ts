import { send } from './http';
import { ask, enter } from './session';

interface Asked { ceremony: string; options: string }

/** Whether browsers know passkeys at this address: not at numbers, and only where the connection is trustworthy. */
export function knowsPasskeys(): boolean {
  return window.isSecureContext && 'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential
    && !/^[\d.]+$|:/.test(window.location.hostname);
}

const publicKey = <P>(options: string): P => (JSON.parse(options) as { publicKey: P }).publicKey;

/** Lets the browser make a passkey; answers the credential as JSON. */
export async function makePasskey(options: string): Promise<string> {
  const made = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey(options)) });
  return JSON.stringify((made as PublicKeyCredential).toJSON());
}

async function answer(challenge?: string): Promise<{ ceremony: string; credential: string }> {
  const { ceremony, options } = await ask<Asked>('/auth/passkey', challenge ? { challenge } : {});
  const proof = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey(options)) });
  return { ceremony, credential: JSON.stringify((proof as PublicKeyCredential).toJSON()) };
}

/** Logs in with a passkey: the second step of a log-in, or all of it. */
export async function logInWithPasskey(challenge?: string): Promise<void> {
  await enter('/auth/prove', await answer(challenge));
}

/** Shows again, with a passkey, who is logged in. */
export async function proveWithPasskey(): Promise<void> {
  await send('/api/v1/sessions/prove', { method: 'POST', body: { ...await answer(), origin: window.location.origin } });
}

/** Whether the person closed the browser's own dialog: nothing went wrong. */
export const wasDismissed = (error: unknown): boolean => error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError');
