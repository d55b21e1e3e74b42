import { Button, Dialog, LinesSkeleton, Loaded, PasswordInput, ProblemNotice, RelativeTime, Section, toast, useAction, useList, useT } from '@openpanel/ui';
import { useEffect, useState } from 'react';

interface Identity { identity: string; provider: string; issuer: string; name: string; usedAt?: string }
interface Offer { provider: string; name: string }

/** What a provider proved, once: behind the # of the address that the browser came back to. */
function proved(): { proof: string; name: string } | undefined {
  const found = /^#identity=([\w-]+)\.(.*)$/.exec(window.location.hash);
  if (!found) {
    return undefined;
  }
  return { proof: found[1]!, name: decodeURIComponent(found[2]!) };
}

/** Accounts elsewhere that open this one; nothing where no provider is offered and none is linked. */
export function Identities() {
  const t = useT();
  const query = useList<Identity>('identity.list');
  const offers = useList<Offer>('identity-provider.offered').data ?? [];
  const link = useAction<{ url: string }>('identity.link');
  const [linking, setLinking] = useState(proved);
  // Once it is drawn: what a first rendering that is thrown away took out of the address would be lost.
  useEffect(() => {
    if (proved()) {
      window.history.replaceState(null, '', window.location.pathname);
    }
  }, []);
  const [unlinking, unlink] = useState<Identity>();
  const named = (each: Identity) => offers.find((offer) => offer.provider === each.provider)?.name ?? each.issuer;
  if (!offers.length && !query.data?.length) {
    return null;
  }
  return (
    <Section title={t('profile.identities')} help={t('profile.identities-help')}>
      <Loaded query={query} skeleton={<LinesSkeleton lines={1} />}>{(items) => (
        <div className="stack">
          {!items.length && <p className="muted">{t('identity.none')}</p>}
          <ul className="stack tight">{items.map((each) => (
            <li key={each.identity} className="spread">
              <span className="row"><b style={{ fontWeight: 540 }} className="clip">{each.name}</b><span className="tag">{named(each)}</span></span>
              <span className="row"><span className="muted">{each.usedAt ? <>{t('factor.used')} <RelativeTime at={each.usedAt} /></> : t('factor.never')}</span><Button small onClick={() => unlink(each)}>{t('identity.unlink')}</Button></span>
            </li>
          ))}</ul>
          <ProblemNotice error={link.problem} />
          <div className="buttons">{offers.map((each) => <Button key={each.provider} busy={link.busy} onClick={() => void link.run({ provider: each.provider, origin: window.location.origin }).then(({ url }) => window.location.assign(url), () => undefined)}>{t('identity.link', { provider: each.name })}</Button>)}</div>
        </div>
      )}</Loaded>
      {linking && <Ask action="identity.confirm" input={{ proof: linking.proof }} title={t('identity.link-title', { name: linking.name })} text={t('identity.link-text', { provider: t('profile.identities'), name: linking.name })} submit={t('identity.link', { provider: linking.name })} done={t('identity.linked', { provider: linking.name })} onDone={() => void query.refetch()} onClose={() => setLinking(undefined)} />}
      {unlinking && <Ask action="identity.unlink" input={{ identity: unlinking.identity }} title={t('identity.unlink-title', { name: unlinking.name })} text={t('identity.unlink-text')} submit={t('identity.unlink')} done={t('identity.unlinked', { name: unlinking.name })} onDone={() => void query.refetch()} onClose={() => unlink(undefined)} />}
    </Section>
  );
}

function Ask({ action, input, title, text, submit, done, onDone, onClose }: { action: string; input: Record<string, unknown>; title: string; text: string; submit: string; done: string; onDone: () => void; onClose: () => void }) {
  const t = useT();
  const run = useAction(action);
  const [password, setPassword] = useState('');
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="fields" onSubmit={(event) => {
        event.preventDefault();
        void run.run({ ...input, password }).then(() => {
          toast(done);
          onDone();
          onClose();
        }, () => undefined);
      }}>
        <p>{text}</p>
        <PasswordInput label={t('profile.current')} autoComplete="current-password" value={password} error={run.problem?.errors.password} visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} onChange={(event) => setPassword(event.currentTarget.value)} />
        <ProblemNotice error={run.problem && !run.problem.errors.password ? run.problem : undefined} />
        <div className="buttons end"><Button onClick={onClose}>{t('cancel')}</Button><Button type="submit" tone="primary" busy={run.busy} disabled={!password}>{submit}</Button></div>
      </form>
    </Dialog>
  );
}
