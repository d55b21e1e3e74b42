import { Avatar, Button, ProblemNotice, Problem, Textarea, useList, useT } from '@openpanel/ui';
import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { toText, type Person } from './model';

interface Props { resource: string; label: string; submit: string; initial?: { draft: string; people: Person[] }; run: (text: string) => Promise<unknown>; onCancel?: () => void }

/** The word behind an @ that the caret is in; names may have a space. */
const ASKED = /(?:^|\s)@([\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]*)?)$/u;

/** A text with mentions: an @ offers those who may see what it is about. */
export function Composer({ resource, label, submit, initial, run, onCancel }: Props) {
  const t = useT();
  const list = useId();
  const [draft, setDraft] = useState(initial?.draft ?? '');
  const [chosen, setChosen] = useState(initial?.people ?? []);
  const [asked, setAsked] = useState<string>();
  const [at, setAt] = useState(0);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const people = useList<Person>('comment.audience', { resource }, { enabled: asked !== undefined });
  const wanted = asked?.toLowerCase() ?? '';
  const offered = asked === undefined ? [] : (people.data ?? []).filter((person) => person.name.toLowerCase().includes(wanted)).slice(0, 8);

  const ask = (text: string, caret: number) => {
    setAsked(ASKED.exec(text.slice(0, caret))?.[1]);
    setAt(0);
  };
  const choose = (person: Person) => {
    const caret = area.current?.selectionStart ?? draft.length;
    const before = draft.slice(0, caret).replace(/@[^@]*$/u, `@${person.name} `);
    setDraft(before + draft.slice(caret));
    setChosen((all) => [...all, person]);
    setAsked(undefined);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(before.length, before.length);
    });
  };
  const send = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await run(toText(draft.trim(), chosen));
      setDraft('');
      setChosen([]);
    } catch (error) {
      setProblem(Problem.from(error));
    } finally {
      setBusy(false);
    }
  };
  const press = (event: KeyboardEvent) => {
    if ((event.metaKey || event.ctrlKey) && event.key === 'Enter' && draft.trim()) {
      event.preventDefault();
      void send();
    } else if (offered.length && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      setAt((now) => (now + (event.key === 'ArrowDown' ? 1 : offered.length - 1)) % offered.length);
    } else if (offered.length && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault();
      choose(offered[at]!);
    } else if (event.key === 'Escape' && asked !== undefined) {
      event.stopPropagation();
      setAsked(undefined);
    }
  };
  return (
    <form className="composer" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      {offered.length > 0 && (
        <ul className="people" role="listbox" id={list} aria-label={t('comment.people')}>
          {offered.map((person, index) => <li key={person.member} id={`${list}-${index}`} role="option" aria-selected={index === at} onMouseDown={(event) => { event.preventDefault(); choose(person); }}><Avatar name={person.name} />{person.name}</li>)}
        </ul>
      )}
      <Textarea ref={area} aria-label={label} placeholder={t('comment.placeholder')} autosize={false} rows={draft.includes('\n') || initial ? 4 : 2} maxLength={9000} value={draft} disabled={busy}
        role="combobox" aria-expanded={offered.length > 0} aria-controls={list} aria-autocomplete="list" aria-activedescendant={offered.length ? `${list}-${at}` : undefined}
        onChange={(event) => { setDraft(event.currentTarget.value); ask(event.currentTarget.value, event.currentTarget.selectionStart); }} onKeyDown={press} onBlur={() => setAsked(undefined)} />
      <ProblemNotice error={problem} />
      <div className="spread"><span className="faint">{t('comment.help')}</span>
        <div className="buttons">{onCancel && <Button small onClick={onCancel}>{t('comment.cancel')}</Button>}<Button small type="submit" tone={initial ? 'primary' : 'plain'} busy={busy} disabled={!draft.trim()}>{submit}</Button></div>
      </div>
    </form>
  );
}
