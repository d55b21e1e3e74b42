import { Dialog, Notice, SchemaForm, useAction, useT } from '@openpanel/ui';
import { useState } from 'react';
import { roleName } from './model';

interface Answer { allowed: boolean; reason: string; role?: string; roleName?: string; on?: string; onName?: string }

/** Whose rights are asked about: a member's, or an API key's. */
interface Whose { name: string; member?: string; key?: string; role?: string; roleName?: string }

/** Asks whether somebody may do something, and says why. */
export function Explain({ of, onClose }: { of: Whose; onClose: () => void }) {
  const t = useT();
  const explain = useAction('access.explain');
  const [answer, setAnswer] = useState<Answer>();
  return (
    <Dialog title={t('explain.title', { name: of.name })} onClose={onClose}>
      <SchemaForm action="access.explain" fixed={of.key ? { key: of.key } : { member: of.member }} fields={['action', 'resource']} submit={t('explain.ask')} run={explain.run} onCancel={onClose} onDone={(output) => setAnswer(output as unknown as Answer)}>
        {answer && <Notice tone={answer.allowed ? 'green' : 'amber'}>
          <b>{t(answer.allowed ? 'explain.yes' : 'explain.no')}</b> {t(`reason.${answer.reason}`, { role: roleName(t, answer.role ?? of.role, answer.roleName ?? of.roleName), on: answer.onName ?? answer.on })}
        </Notice>}
      </SchemaForm>
    </Dialog>
  );
}
