import { Button, IconPlus, IconTrash, IconButton, ProblemNotice, TextInput, toast, useAction, useList, useT } from '@openpanel/ui';
import { useState } from 'react';
import type { Provider, Rule } from './model';

/** Which groups give which roles; a row each. */
export function Rules({ provider }: { provider: Provider }) {
  const t = useT();
  const update = useAction('identity-provider.update');
  const teams = useList<{ team: string; name: string }>('team.list').data ?? [];
  const named = (rule: Rule): Rule => ({ ...rule, team: teams.find((each) => each.team === `team:${rule.team}`)?.name ?? rule.team });
  const [draft, setDraft] = useState<Rule[]>();
  const rows = draft ?? provider.rules.map(named);
  const change = (index: number, part: Partial<Rule>) => setDraft(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  const filled = rows.filter((row) => row.group.trim() || row.role.trim());
  return (
    <form className="stack tight" onSubmit={(event) => {
      event.preventDefault();
      void update.run({ identityProvider: provider.identityProvider, rules: filled }).then(() => {
        setDraft(undefined);
        toast(t('sso.rules-saved'));
      }, () => undefined);
    }}>
      <p className="muted">{t(`sso.rules-${provider.preset}`)}</p>
      {rows.map((row, index) => (
        <div key={index} className="row">
          <TextInput aria-label={t('field.group')} placeholder={t('field.group')} value={row.group} onChange={(event) => change(index, { group: event.currentTarget.value })} />
          <TextInput aria-label={t('field.team')} placeholder={t('field.team')} value={row.team} onChange={(event) => change(index, { team: event.currentTarget.value })} />
          <TextInput aria-label={t('field.role')} placeholder="developer" value={row.role} onChange={(event) => change(index, { role: event.currentTarget.value })} />
          <IconButton label={t('sso.rule-remove')} icon={<IconTrash size={15} />} onClick={() => setDraft(rows.filter((_row, at) => at !== index))} />
        </div>
      ))}
      <ProblemNotice error={update.problem} />
      {update.allowed && <div className="buttons">
        <Button small icon={<IconPlus size={15} />} onClick={() => setDraft([...rows, { group: '', team: teams[0]?.name ?? '', role: '' }])}>{t('sso.rule-add')}</Button>
        {draft && <Button small type="submit" tone="primary" busy={update.busy}>{t('save')}</Button>}
      </div>}
    </form>
  );
}
