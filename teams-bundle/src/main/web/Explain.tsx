import { Dialog, Notice, SchemaForm, useAction, useT } from '@openpanel/ui';
import { useState } from 'react';
import { roleName, type Member } from './model';

interface Answer { allowed: boolean; reason: string; role?: string; roleName?: string; on?: string }

/** Asks whether a member may do something, and says why. */
export function Explain({ member, onClose }: { member: Member; onClose: () => void }) {
  const t = useT();
  const explain = useAction('access.explain');
  const [answer, setAnswer] = useState<Answer>();
  return (
    <Dialog title={t('explain.title', { name: member.name })} onClose={onClose}>
      <SchemaForm action="access.explain" fixed={{ member: member.member }} fields={['action', 'resource']} submit={t('explain.ask')} run={explain.run} onCancel={onClose} onDone={(output) => setAnswer(output as unknown as Answer)}>
        {answer && <Notice tone={answer.allowed ? 'green' : 'amber'}>
          <b>{t(answer.allowed ? 'explain.yes' : 'explain.no')}</b> {t(`reason.${answer.reason}`, { role: roleName(t, answer.role ?? member.role, answer.roleName ?? member.roleName), on: answer.on })}
        </Notice>}
      </SchemaForm>
    </Dialog>
  );
}
