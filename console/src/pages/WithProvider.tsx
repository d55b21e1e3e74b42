import { useEffect, useState } from 'react';
import type { Challenge } from '../client/session';
import { useT } from '../i18n/i18n';
import { Button } from '../ui/controls';

interface Offer { provider: string; name: string }

const REFUSALS = ['conflict', 'denied', 'unauthenticated', 'unasked', 'upstream', 'limited'];

/** What the panel put behind the #; it stays there until it is drawn, since a first rendering may be thrown away. */
const behind = (name: string) => new RegExp(`^#${name}=(.+)$`).exec(window.location.hash)?.[1];

/** What was behind the # is drawn by now, and said once. */
export function drawn(): void {
  if (behind('(?:challenge|sso)')) {
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
  }
}

/** The second step, where a provider proved the first. */
export function challengeOfProvider(): Challenge | undefined {
  const parts = behind('challenge')?.split('&');
  return parts?.length === 4
    ? { challenge: parts[0]!, expiresAt: decodeURIComponent(parts[1]!), factors: decodeURIComponent(parts[2]!), email: decodeURIComponent(parts[3]!) }
    : undefined;
}

/** Why a provider's answer signed nobody in. */
export function refusalOfProvider(): string | undefined {
  const found = behind('sso');
  return found && (REFUSALS.includes(found) ? found : 'unauthenticated');
}

/** A button for each provider that is offered. */
export function WithProvider() {
  const t = useT('');
  const [offers, setOffers] = useState<Offer[]>([]);
  useEffect(() => {
    fetch('/api/v1/identity-providers/offered', { headers: { Accept: 'application/json' } })
      .then(async (answer) => (answer.ok ? setOffers((await answer.json() as { items: Offer[] }).items) : undefined), () => undefined);
  }, []);
  const back = encodeURIComponent(window.location.pathname + window.location.search);
  return <>{offers.map(({ provider, name }) => <Button key={provider} wide onClick={() => window.location.assign(`/sso/start/${provider}?return=${back}`)}>{t('in.with', { provider: name })}</Button>)}</>;
}
