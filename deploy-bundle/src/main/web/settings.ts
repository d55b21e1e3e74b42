import { controlOf, draftOf, faultOf, inputOf, Problem, toast, useAction, useLocale, useOperation, useT, type Draft, type Input, type Schema } from '@openpanel/ui';
import { useCallback, useMemo, useState } from 'react';
import { idOf, type App } from './model';

/** What can be emptied again; a number that was set can only become another one. */
const EMPTIES = ['text', 'records', 'flag'];

/** Some settings of an app as a draft: what differs from what is stored, and one way to store it. */
export function useSettings(app: App, names: string[]) {
  const t = useT();
  const locale = useLocale();
  const operation = useOperation('app.update');
  const update = useAction('app.update');
  const [edits, setEdits] = useState<Draft>({});
  const [problem, setProblem] = useState<Problem>();
  const schema = useMemo<Schema>(() => ({ ...operation?.input, properties: Object.fromEntries(names.flatMap((name) => {
    const property = operation?.input.properties?.[name];
    return property ? [[name, property]] : [];
    // The names are a constant of the page.
  })) }), [operation]);
  const stored = draftOf(schema, app as unknown as Input, locale);
  const draft = { ...stored, ...edits };
  const changed = Object.keys(edits).filter((name) => JSON.stringify(edits[name]) !== JSON.stringify(stored[name]));
  const faults = Object.fromEntries(changed.flatMap((name) => {
    const property = schema.properties?.[name];
    const fault = property && faultOf(property, !EMPTIES.includes(controlOf(property)) || name === 'name', draft[name]);
    return fault ? [[name, t(fault.key, fault.vars)]] : [];
  })) as Record<string, string>;

  const save = useCallback(async () => {
    if (Object.keys(faults).length) {
      return;
    }
    setProblem(undefined);
    const only: Schema = { ...schema, properties: Object.fromEntries(changed.map((name) => [name, schema.properties![name]!])) };
    try {
      await update.run({ ...Object.fromEntries(changed.map((name) => [name, controlOf(schema.properties![name]!) === 'records' ? [] : ''])), ...inputOf(only, draft), app: app.app });
      setEdits({});
      toast(t('saved', { name: app.name }));
    } catch (error) {
      setProblem(Problem.from(error));
    }
    // A new closure at each keystroke would re-bind ⌘S for nothing.
  }, [JSON.stringify(edits), app]);

  return {
    schema, draft, changed, problem, busy: update.busy, allowed: update.allowed, save,
    discard: () => { setEdits({}); setProblem(undefined); },
    field: (name: string) => ({ name, action: 'app.update', schema: schema.properties?.[name] ?? {}, value: draft[name], error: problem?.errors[name] ?? faults[name],
      onChange: (value: unknown) => setEdits((was) => ({ ...was, [name]: value })) }),
    has: (name: string) => Boolean(schema.properties?.[name]), key: idOf(app.app),
  };
}
