import { Button, copyText, CopyBox, Dialog, download, IconCopy, IconDownload, IconKey, IconPlus, IconTrash, knowsPasskeys, Loaded, LinesSkeleton, makePasskey, Menu, Notice, PasswordInput, ProblemNotice, QrCode, RelativeTime, TextInput, toast, useAction, useRead, useT, wasDismissed, Problem } from '@openpanel/ui';
import { useState, type ReactNode } from 'react';

interface Factor { factor: string; kind: string; name: string; createdAt: string; usedAt?: string }
interface Factors { items: Factor[]; recoveryCodes: number }
interface Begun { factor: string; uri: string; secret: string }
interface Asked { ceremony: string; options: string }
interface Codes { recoveryCodes: string[] }

/** What the person proves themselves with besides the password. */
export function Security() {
  const t = useT();
  const query = useRead<Factors>('factor.list');
  const [adding, add] = useState<'app' | 'passkey'>();
  const [removing, remove] = useState<Factor>();
  const [renewing, renew] = useState(false);
  return (
    <Loaded query={query} skeleton={<LinesSkeleton lines={2} />}>
      {({ items, recoveryCodes }) => (
        <div className="stack">
          {items.length === 0 ? <p className="muted">{t('factor.none')}</p> : (
            <ul className="stack tight">
              {items.map((each) => (
                <li key={each.factor} className="spread">
                  <span className="row"><b style={{ fontWeight: 540 }} className="clip">{each.name}</b><span className="tag">{t(`factor.kind-${each.kind}`)}</span></span>
                  <span className="row"><span className="muted">{each.usedAt ? <>{t('factor.used')} <RelativeTime at={each.usedAt} /></> : t('factor.never')}</span>
                    <Menu small label={each.name} items={[{ label: t('factor.remove'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => remove(each) }]} /></span>
                </li>
              ))}
              <li className="spread">
                <span className="row"><b style={{ fontWeight: 540 }}>{t('factor.codes')}</b></span>
                <span className="row"><span className={recoveryCodes < 3 ? 'status amber' : 'muted'}>{t('factor.codes-left', { count: recoveryCodes })}</span><Button small onClick={() => renew(true)}>{t('factor.codes-new')}</Button></span>
              </li>
            </ul>
          )}
          <div className="buttons"><Button icon={<IconPlus size={16} />} onClick={() => add('app')}>{t('factor.add')}</Button>{knowsPasskeys() && <Button icon={<IconKey size={16} />} onClick={() => add('passkey')}>{t('passkey.add')}</Button>}</div>
          {adding === 'app' && <Enrol onClose={() => add(undefined)} />}
          {adding === 'passkey' && <AddPasskey onClose={() => add(undefined)} />}
          {removing && <Remove factor={removing} onClose={() => remove(undefined)} />}
          {renewing && <Renew onClose={() => renew(false)} />}
        </div>
      )}
    </Loaded>
  );
}

/** A form in a dialog: its fields, what went wrong where no field is to blame, and its buttons. */
function Ask({ problem, submit, busy, ready, danger, onSubmit, onCancel, children }: { problem?: Problem; submit: string; busy: boolean; ready: boolean; danger?: boolean; onSubmit: () => void; onCancel: () => void; children: ReactNode }) {
  const t = useT();
  return (
    <form className="fields" onSubmit={(event) => {
      event.preventDefault();
      onSubmit();
    }}>
      {children}
      <ProblemNotice error={problem && !Object.keys(problem.errors).length ? problem : undefined} />
      <div className="buttons end"><Button onClick={onCancel}>{t('cancel')}</Button><Button type="submit" tone={danger ? 'danger solid' : 'primary'} busy={busy} disabled={!ready}>{submit}</Button></div>
    </form>
  );
}

function Code({ recovery, value, error, onChange }: { recovery?: boolean; value: string; error?: string; onChange: (value: string) => void }) {
  const t = useT();
  return <TextInput label={t('factor.code')} description={recovery ? t('factor.any-code-help') : undefined} autoComplete="one-time-code" inputMode={recovery ? 'text' : 'numeric'} autoCapitalize="none" spellCheck={false} value={value} error={error} onChange={(event) => onChange(event.currentTarget.value)} />;
}

function Password({ value, error, onChange }: { value: string; error?: string; onChange: (value: string) => void }) {
  const t = useT();
  return <PasswordInput label={t('profile.current')} autoComplete="current-password" value={value} error={error} visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} onChange={(event) => onChange(event.currentTarget.value)} />;
}

function Enrol({ onClose }: { onClose: () => void }) {
  const t = useT();
  const create = useAction<Begun>('factor.create');
  const confirm = useAction<Codes>('factor.confirm');
  const [name, setName] = useState(t('factor.name-first'));
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [begun, setBegun] = useState<Begun>();
  const [codes, setCodes] = useState<string[]>();
  if (codes) {
    return <Dialog title={t('factor.codes')} onClose={onClose}><Kept codes={codes} onClose={onClose} /></Dialog>;
  }
  const done = ({ recoveryCodes }: Codes) => {
    toast(t('factor.added', { name }));
    if (recoveryCodes.length) {
      setCodes(recoveryCodes);
    } else {
      onClose();
    }
  };
  return (
    <Dialog title={t('factor.add-title')} onClose={onClose}>
      {!begun ? (
        <Ask problem={create.problem} submit={t('factor.next')} busy={create.busy} ready={Boolean(name.trim() && password)} onCancel={onClose} onSubmit={() => void create.run({ name, password }).then(setBegun, () => undefined)}>
          <TextInput label={t('factor.name')} description={t('factor.name-help')} maxLength={60} value={name} error={create.problem?.errors.name} onChange={(event) => setName(event.currentTarget.value)} />
          <Password value={password} error={create.problem?.errors.password} onChange={setPassword} />
        </Ask>
      ) : (
        <Ask problem={confirm.problem} submit={t('factor.confirm')} busy={confirm.busy} ready={code.trim().length >= 6} onCancel={onClose} onSubmit={() => void confirm.run({ factor: begun.factor, code }).then(done, () => setCode(''))}>
          <p>{t('factor.scan')}</p>
          <div className="enrol">
            <QrCode text={begun.uri} label={t('factor.qr')} />
            <div>
              <Code value={code} error={confirm.problem?.errors.code} onChange={setCode} />
              <div><p className="muted">{t('factor.secret')}</p><CopyBox text={begun.secret} label={t('factor.secret')} /></div>
            </div>
          </div>
        </Ask>
      )}
    </Dialog>
  );
}

/** The browser asks for a touch, a face or a PIN in between. */
function AddPasskey({ onClose }: { onClose: () => void }) {
  const t = useT();
  const create = useAction<Asked>('passkey.create');
  const confirm = useAction<Codes>('passkey.confirm');
  const [name, setName] = useState(t('passkey.name-first'));
  const [password, setPassword] = useState('');
  const [failed, fail] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const [codes, setCodes] = useState<string[]>();
  if (codes) {
    return <Dialog title={t('factor.codes')} onClose={onClose}><Kept codes={codes} onClose={onClose} /></Dialog>;
  }
  const add = async () => {
    const { ceremony, options } = await create.run({ name, password, origin: window.location.origin });
    const { recoveryCodes } = await confirm.run({ ceremony, credential: await makePasskey(options) });
    toast(t('factor.added', { name }));
    if (recoveryCodes.length) {
      setCodes(recoveryCodes);
    } else {
      onClose();
    }
  };
  return (
    <Dialog title={t('passkey.add-title')} onClose={onClose}>
      <Ask problem={failed} submit={t('factor.next')} busy={busy} ready={Boolean(name.trim() && password)} onCancel={onClose} onSubmit={() => {
        setBusy(true);
        fail(undefined);
        void add().catch((error: unknown) => wasDismissed(error) || fail(Problem.from(error))).finally(() => setBusy(false));
      }}>
        <p>{t('passkey.how')}</p>
        <TextInput label={t('factor.name')} description={t('factor.name-help')} maxLength={60} value={name} error={failed?.errors.name} onChange={(event) => setName(event.currentTarget.value)} />
        <Password value={password} error={failed?.errors.password} onChange={setPassword} />
      </Ask>
    </Dialog>
  );
}

function Kept({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const t = useT();
  const text = `${codes.join('\n')}\n`;
  return (
    <div className="stack">
      <Notice tone="amber">{t('factor.codes-once')}</Notice>
      <ul className="codes" aria-label={t('factor.codes')}>{codes.map((each) => <li key={each}><code>{each}</code></li>)}</ul>
      <div className="buttons end">
        <Button icon={<IconCopy size={15} />} onClick={() => void copyText(text).then(() => toast(t('copied')))}>{t('copy')}</Button>
        <Button icon={<IconDownload size={15} />} onClick={() => download('openpanel-recovery-codes.txt', text)}>{t('factor.download')}</Button>
        <Button tone="primary" onClick={onClose}>{t('factor.kept')}</Button>
      </div>
    </div>
  );
}

function Remove({ factor, onClose }: { factor: Factor; onClose: () => void }) {
  const t = useT();
  const remove = useAction('factor.remove');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  return (
    <Dialog title={t('factor.remove-title', { name: factor.name })} onClose={onClose}>
      <Ask danger problem={remove.problem} submit={t('factor.remove')} busy={remove.busy} ready={Boolean(password && code.trim())} onCancel={onClose} onSubmit={() => void remove.run({ factor: factor.factor, password, code }).then(() => {
        toast(t('factor.removed', { name: factor.name }));
        onClose();
      }, () => undefined)}>
        <Password value={password} error={remove.problem?.errors.password} onChange={setPassword} />
        <Code recovery value={code} error={remove.problem?.errors.code} onChange={setCode} />
      </Ask>
    </Dialog>
  );
}

function Renew({ onClose }: { onClose: () => void }) {
  const t = useT();
  const renew = useAction<Codes>('factor.codes');
  const [code, setCode] = useState('');
  const [codes, setCodes] = useState<string[]>();
  return (
    <Dialog title={t('factor.codes')} onClose={onClose}>
      {codes ? <Kept codes={codes} onClose={onClose} /> : (
        <Ask problem={renew.problem} submit={t('factor.codes-new')} busy={renew.busy} ready={Boolean(code.trim())} onCancel={onClose} onSubmit={() => void renew.run({ code }).then(({ recoveryCodes }) => setCodes(recoveryCodes), () => undefined)}>
          <p>{t('factor.codes-new-text')}</p>
          <Code recovery value={code} error={renew.problem?.errors.code} onChange={setCode} />
        </Ask>
      )}
    </Dialog>
  );
}
