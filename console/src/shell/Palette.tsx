import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { perform, useCatalogue, type Input, type Operation } from '../client/catalogue';
import { clauseOf, useSummary, useT } from '../i18n/i18n';
import { Kbd } from '../ui/controls';
import { useFocusBack } from '../ui/dialog';
import { useNavigate, useOperation, useList } from '../ui/hooks';
import { IconBox, IconChevronRight, IconExternalLink, IconFolder, IconKeyboard, IconRocket, IconSearch } from '../ui/icons';
import { SchemaForm } from '../ui/SchemaForm';
import { toast } from '../ui/toast';
import type { Entry } from './Frame';
import { navIcon } from './navIcon';
import { rank } from './rank';

interface Choice { id: string; group: 'recent' | 'go' | 'do' | 'help'; text: string; hint?: string; icon: React.ReactNode; href?: string; operation?: Operation; fixed?: Input; open?: () => void }

const ORDER = ['recent', 'go', 'do', 'help'] as const;

const RECENT = 'openpanel-recent';
const recent = (): string[] => JSON.parse(localStorage.getItem(RECENT) ?? '[]') as string[];

export default function Palette({ entries, onHelp, onClose }: { entries: Entry[]; onHelp: () => void; onClose: () => void }) {
  const t = useT('');
  const navigate = useNavigate();
  const id = useId();
  useFocusBack();
  const [words, setWords] = useState('');
  const [at, setAt] = useState(0);
  const [doing, setDoing] = useState<{ name: string; operation: Operation; fixed?: Input }>();
  const choices = useChoices(entries, onHelp);
  const found = useMemo(() => {
    if (!words.trim()) {
      const ids = recent();
      const again = ids.flatMap((each) => choices.filter((choice) => choice.id === each)).map((choice) => ({ ...choice, group: 'recent' as const }));
      return [...again.slice(0, 5), ...choices.filter((choice) => (choice.group === 'go' || choice.group === 'help') && !ids.slice(0, 5).includes(choice.id))].slice(0, 40);
    }
    return rank(choices, words, (choice) => `${choice.text} ${choice.hint ?? ''}`).slice(0, 40)
      .sort((a, b) => ORDER.indexOf(a.group) - ORDER.indexOf(b.group));
  }, [choices, words]);
  const list = useRef<HTMLDivElement>(null);
  const chosen = Math.min(at, found.length - 1);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  function choose(choice: Choice) {
    localStorage.setItem(RECENT, JSON.stringify([choice.id, ...recent().filter((each) => each !== choice.id)].slice(0, 12)));
    if (choice.href) {
      navigate(choice.href);
      onClose();
    } else if (choice.operation) {
      setDoing({ name: clauseOf(choice.text), operation: choice.operation, fixed: choice.fixed });
    } else if (choice.open) {
      onClose();
      choice.open();
    }
  }

  function keys(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((chosen + step + found.length) % Math.max(1, found.length));
    }
    if (event.key === 'Enter' && found[chosen]) {
      event.preventDefault();
      choose(found[chosen]);
    }
  }

  const groups = ORDER.map((group) => [group, found.filter((choice) => choice.group === group)] as const).filter(([, items]) => items.length);
  return (
    <Modal.Root opened onClose={onClose} size={600} padding={0} yOffset="12vh" transitionProps={{ duration: 80, transition: 'fade' }} styles={{ body: { padding: 0 } }} closeOnEscape={!doing}>
      <Modal.Overlay />
      <Modal.Content aria-label={t('palette.title')}><Modal.Body>
      <div className="palette" onKeyDown={(event) => {
        if (event.key === 'Escape' && doing) {
          event.stopPropagation();
          setDoing(undefined);
        }
      }}>
        {doing ? <Doing {...doing} onClose={onClose} /> : (
          <>
            <div className="ask">
              <IconSearch size={18} />
              <input data-autofocus autoFocus role="combobox" aria-expanded aria-controls={id} aria-activedescendant={found[chosen] ? `${id}-${chosen}` : undefined} aria-label={t('palette.ask')}
                placeholder={t('palette.ask')} value={words} onChange={(event) => { setWords(event.currentTarget.value); setAt(0); }} onKeyDown={keys} spellCheck={false} />
              <Kbd>esc</Kbd>
            </div>
            <div className="found" id={id} role="listbox" aria-label={t('palette.title')} ref={list} tabIndex={-1}>
              {groups.map(([group, items]) => (
                <div key={group} role="group" aria-label={t(`palette.${group}`)}>
                  <div className="group" aria-hidden>{t(`palette.${group}`)}</div>
                  {items.map((choice) => {
                    const index = found.indexOf(choice);
                    return (
                      <div key={`${group} ${choice.id}`} id={`${id}-${index}`} role="option" aria-selected={index === chosen} className="option" onPointerMove={() => setAt(index)} onClick={() => choose(choice)}>
                        {choice.icon}<span className="clip">{choice.text}</span>{choice.hint && <span className="hint clip">{choice.hint}</span>}
                      </div>
                    );
                  })}
                </div>
              ))}
              {!found.length && <div className="state"><p>{t('palette.none', { words })}</p></div>}
            </div>
            <footer><span><Kbd>↑</Kbd> <Kbd>↓</Kbd> {t('palette.move')}</span><span><Kbd>↵</Kbd> {t('palette.run')}</span></footer>
          </>
        )}
      </div>
      </Modal.Body></Modal.Content>
    </Modal.Root>
  );
}

/** Pages, resources, and every action the person may run; `deploy web` finds the deployment of web. */
function useChoices(entries: Entry[], onHelp: () => void): Choice[] {
  const t = useT('');
  const summaryOf = useSummary();
  const { data } = useCatalogue();
  const apps = useList<{ app: string; name: string; projectName?: string }>('app.list', {}, { enabled: Boolean(useOperation('app.list')) });
  const projects = useList<{ project: string; name: string }>('project.list', {}, { enabled: Boolean(useOperation('project.list')) });
  const containers = useList<{ container: string; name: string; image?: string }>('container.list', {}, { enabled: Boolean(useOperation('container.list')) });
  return useMemo(() => {
    const operations = (data?.items ?? []).filter((each) => each.allowed && each.form === 'record' && each.effect !== 'read' && each.access !== 'open');
    const deploy = operations.find((each) => each.id === 'deployment.start');
    const path = (ref: string) => ref.slice(ref.indexOf(':') + 1);
    return [
      ...entries.map((entry): Choice => {
        const Icon = navIcon(entry.icon);
        return { id: entry.path, group: 'go', text: entry.title, href: entry.path, icon: <Icon size={16} /> };
      }),
      ...(apps.data ?? []).map((app): Choice => ({ id: app.app, group: 'go', text: app.name, hint: app.projectName, href: `/apps/${path(app.app)}`, icon: <IconRocket size={16} /> })),
      ...(projects.data ?? []).map((project): Choice => ({ id: project.project, group: 'go', text: project.name, hint: t('palette.project'), href: `/projects/${path(project.project)}`, icon: <IconFolder size={16} /> })),
      ...(containers.data ?? []).map((container): Choice => ({ id: container.container, group: 'go', text: container.name, hint: container.image, href: `/containers/${path(container.container)}`, icon: <IconBox size={16} /> })),
      ...(deploy ? (apps.data ?? []).map((app): Choice => ({ id: `deploy ${app.app}`, group: 'do', text: t('palette.deploy', { name: app.name }), hint: deploy.id, operation: deploy, fixed: { app: app.app }, icon: <IconRocket size={16} /> })) : []),
      ...operations.map((each): Choice => ({ id: each.id, group: 'do', text: summaryOf(each.id), hint: each.id, operation: each, icon: <IconChevronRight size={16} /> })),
      { id: 'keys', group: 'help', text: t('palette.keys'), hint: '?', icon: <IconKeyboard size={16} />, open: onHelp },
      { id: 'docs', group: 'help', text: t('palette.docs'), icon: <IconExternalLink size={16} />, open: () => window.open('/api/docs', '_blank', 'noreferrer') },
    ];
  }, [data, entries, apps.data, projects.data, containers.data, t, summaryOf]);
}

function Doing({ name, operation, fixed = {}, onClose }: { name: string; operation: Operation; fixed?: Input; onClose: () => void }) {
  const t = useT('');
  const client = useQueryClient();
  const navigate = useNavigate();
  const summary = useSummary()(operation.id);
  const inputs = Object.keys(operation.input.properties ?? {});
  // What may be left out is folded away: most actions are run with what they must know.
  const needed = inputs.filter((each) => operation.input.required?.includes(each) || operation.effect === 'destroy' && each === 'confirm');
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.querySelector<HTMLElement>('[data-autofocus],button[type=submit]')?.focus();
  }, []);
  return (
    <div className="inside stack" ref={box}>
      <header className="stack tight">
        <div className="spread"><h2 className="clip">{name}</h2><code className="faint wide-only">{operation.id}</code></div>
        {summary !== name && <p className="muted">{summary}</p>}
      </header>
      {operation.effect === 'destroy' && <p className="muted">{t('palette.destroy')}</p>}
      <SchemaForm action={operation.id} fixed={fixed} fields={needed} advanced={inputs.filter((each) => !needed.includes(each))} submit={t('palette.run-it')} onCancel={onClose} run={(input) => perform(client, operation.id, input)}
        onDone={(output) => {
          void client.invalidateQueries({ queryKey: ['action'] });
          if (typeof output.job === 'string' && operation.job) {
            toast(t('palette.job', { name }));
            navigate(`/jobs/${output.job.slice(4)}`);
          } else {
            toast(t('palette.done', { name }));
          }
          onClose();
        }} />
      <span className="faint row"><Kbd>esc</Kbd> {t('palette.back')}</span>
    </div>
  );
}
