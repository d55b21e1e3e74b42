import { draftOf, faultOf, inputOf, Problem, toast, useAction, useLocale, useOperation, useT, type Draft, type Input, type Schema } from '@openpanel/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { idOf, type App } from './model';

/** What a field that was emptied sends: no limit, or what the panel takes where nothing is given. */
const EMPTIED: Record<string, unknown> = { cpus: 0, memory: 0, port: 8080, healthTimeout: 'PT1M', volumes: [] };

/** A number that is stored and the digits that were typed are the same. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b) || (typeof a !== 'object' && typeof b !== 'object' && String(a) === String(b));

/** Some settings of an app as a draft: what differs from what is stored, and one way to store it. */
export function useSettings(app: App, names: string[]) {
  const t = useT();
  const locale = useLocale();
  const operation = useOperation('app.update');
  const update = useAction('app.update');
  const client = useQueryClient();
  const [edits, setEdits] = useState<Draft>({});
  const [problem, setProblem] = useState<Problem>();
  const schema = useMemo<Schema>(() => ({ ...operation?.input, properties: Object.fromEntries(names.flatMap((name) => {
    const property = operation?.input.properties?.[name];
    return property ? [[name, property]] : [];
    // The names are a constant of the page.
  })) }), [operation]);
  const stored = draftOf(schema, app as unknown as Input, locale);
  const draft = { ...stored, ...edits };
  const changed = Object.keys(edits).filter((name) => !same(edits[name], stored[name]));
  const faults = Object.fromEntries(changed.flatMap((name) => {
    const property = schema.properties?.[name];
    const fault = property && faultOf(property, name === 'name', draft[name]);
    return fault ? [[name, t(fault.key, fault.vars)]] : [];
  })) as Record<string, string>;

  const save = useCallback(async () => {
    if (Object.keys(faults).length) {
      return;
    }
    setProblem(undefined);
    const only: Schema = { ...schema, properties: Object.fromEntries(changed.map((name) => [name, schema.properties![name]!])) };
    try {
      await update.run({ ...Object.fromEntries(changed.map((name) => [name, EMPTIED[name] ?? ''])), ...inputOf(only, draft), app: app.app });
      // The draft stays until what is stored has been read again, so that no field shows its former value in between.
      await client.invalidateQueries({ queryKey: ['action', 'app.get'] });
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
