import { useT } from '../i18n/i18n';
import { Duration } from './bits';
import type { JobStep } from './hooks';
import { IconCheck, IconX } from './icons';

const CLASS: Record<string, string> = { done: 'done', running: 'running', failed: 'failed', cancelled: 'cancelled' };

/** The steps of a job in their order with what each took; the running one breathes. */
export function StepRail({ steps, chosen, onChoose, expected = [], label }: { steps: JobStep[]; chosen?: string; onChoose?: (step: string | undefined) => void;
  expected?: string[]; label: string }) {
  const t = useT();
  const coming = expected.filter((name) => !steps.some((step) => step.name === name)).map((name): JobStep => ({ name, state: 'waiting' }));
  return (
    <ol className="rail" aria-label={label}>
      {[...steps, ...coming].map((step) => {
        const key = `step.${step.name}`;
        const said = t(key);
        return (
          <li key={step.name} className={CLASS[step.state] ?? 'waiting'}>
            <button type="button" className="step" disabled={step.state === 'waiting'} aria-pressed={chosen === step.name}
              onClick={() => onChoose?.(chosen === step.name ? undefined : step.name)}>
              <span className="mark" aria-hidden>{step.state === 'done' ? <IconCheck size={13} stroke={2.6} /> : step.state === 'failed' || step.state === 'cancelled' ? <IconX size={13} stroke={2.6} /> : null}</span>
              <span className="name">{said === key ? step.name : said}</span>
              <span className="sr">{t(`step-state.${step.state}`)}</span>
              {step.startedAt && <span className="took"><Duration from={step.startedAt} to={step.finishedAt ?? (step.state === 'running' ? undefined : step.startedAt)} /></span>}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
