import { useState } from 'react';
import { useParams } from 'wouter';
import type { Input, Schema } from '../client/catalogue';
import { Problem } from '../client/problem';
import { useLocale, useT } from '../i18n/i18n';
import { RelativeTime } from '../ui/bits';
import { Button } from '../ui/controls';
import { shortDuration } from '../ui/format';
import { useAction, useList, useRead } from '../ui/hooks';
import { IconActivity, IconArrowBackUp, IconSettings } from '../ui/icons';
import { Card, Page, Section } from '../ui/Page';
import { SaveBar } from '../ui/SaveBar';
import { draftOf, faultOf, inputOf, type Draft } from '../ui/schema';
import { Field } from '../ui/SchemaForm';
import { EmptyState, Loaded, Notice, ProblemNotice } from '../ui/states';
import { Table } from '../ui/Table';
import { toast } from '../ui/toast';
import { PageSkeleton } from '../shell/Routes';

interface Item { name: string; title: string; value?: unknown; byDefault?: unknown; changed: boolean; secret: boolean; required: boolean; section: string; description: string }
interface Aside { name: string; value?: unknown }
interface Form { plugin: string; items: Item[]; schema: Schema; aside: Aside[] }
interface Step { name: string; before?: unknown; after?: unknown; secret: boolean; at: string; by: string; change: string; undoes?: string; counts: boolean }
interface Changed { change?: string; names: string[]; applied: boolean }

/** What a plugin lets whoever runs the panel decide. */
export default function PluginSettings() {
  const t = useT('');
  const locale = useLocale();
  const { plugin: id } = useParams<{ plugin: string }>();
  const plugin = `plugin:${id}`;
  const form = useRead<Form>('setting.get', { plugin, language: locale }, { live: ['setting.changed', 'catalogue.changed'] });
  const shown = useRead<{ title: string }>('plugin.get', { plugin });
  const named = t(`plugin.${id}`);
  const title = named === `plugin.${id}` ? shown.data?.title ?? id : named;
  return (
    <Loaded page query={form} skeleton={<PageSkeleton />}>
      {(value) => (
        <Page title={t('settings.of', { name: title })} crumbs={[{ label: t('plugins.title'), href: '/plugins' }]} lead={<span style={{ maxWidth: 720 }}>{t('settings.lead')}</span>}>
          {value.items.length ? <div className="stack"><Values form={value} title={title} /><History form={value} /></div>
            : <EmptyState icon={<IconSettings size={20} />} title={t('settings.none')} />}
        </Page>
      )}
    </Loaded>
  );
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b) || (typeof a !== 'object' && typeof b !== 'object' && String(a) === String(b));

function Values({ form, title }: { form: Form; title: string }) {
  const t = useT('');
  const locale = useLocale();
  const update = useAction<Changed>('setting.update');
  const [edits, setEdits] = useState<Draft>({});
  const [problem, setProblem] = useState<Problem>();
  const stored = draftOf(form.schema, Object.fromEntries(form.items.map((item) => [item.name, item.value])) as Input, locale);
  const draft = { ...stored, ...edits };
  const schemaOf = (item: Item): Schema => form.schema.properties?.[item.name] ?? {};
  const changed = form.items.filter((item) => item.name in edits && !same(edits[item.name], stored[item.name]));
  const faults = Object.fromEntries(changed.flatMap((item) => {
    const fault = faultOf(schemaOf(item), false, draft[item.name]);
    return fault ? [[item.name, t(fault.key, fault.vars)]] : [];
  })) as Record<string, string>;
  const told = (name: string) => Object.entries(problem?.errors ?? {}).find(([path]) => path === `values.${name}` || path.startsWith(`values.${name}[`))?.[1].replace('values.', '');
  const placed = problem && form.items.some((item) => told(item.name));

  async function store(values: Input) {
    setProblem(undefined);
    try {
      const done = await update.run({ plugin: form.plugin, values });
      setEdits({});
      toast(t(done.applied ? 'settings.applied' : 'settings.stored', { name: title }));
    } catch (error) {
      setProblem(Problem.from(error));
    }
  }
  const save = () => {
    if (!Object.keys(faults).length) {
      const only: Schema = { ...form.schema, properties: Object.fromEntries(changed.map((item) => [item.name, schemaOf(item)])) };
      // What is emptied goes back to its default.
      void store({ ...Object.fromEntries(changed.map((item) => [item.name, null])), ...inputOf(only, draft) });
    }
  };
  const described = (item: Item): Schema => {
    const schema = schemaOf(item);
    const more = item.secret ? item.changed && t('settings.secret-set') : item.changed && item.byDefault !== undefined && t('settings.default', { value: text(item.byDefault, t) });
    return more ? { ...schema, description: `${schema.description ?? ''} · ${more}` } : schema;
  };
  const sections = [...new Set(form.items.map((item) => item.section))];
  return (
    <div>
      {form.aside.length > 0 && (
        <div style={{ marginBottom: 16 }}><Notice tone="amber">{t('settings.aside')}
          <ul>{form.aside.map((each) => <li key={each.name}><code>{each.name}</code>{each.value !== undefined && <> = <code>{text(each.value, t)}</code></>} <span className="muted">{t(form.items.some((item) => item.name === each.name) ? 'settings.aside-unfit' : 'settings.aside-unknown')}</span></li>)}</ul>
        </Notice></div>
      )}
      {sections.map((section) => (
        <Section key={section} title={section || title}>
          <div className="fields">
            {form.items.filter((item) => item.section === section).map((item) => (
              <div key={item.name}>
                <Field name={item.name} action="setting.update" schema={described(item)} required={item.required && !item.secret} value={draft[item.name]} error={told(item.name) ?? faults[item.name]}
                  onChange={(value) => {
                    setEdits((was) => ({ ...was, [item.name]: value }));
                    if (told(item.name)) {
                      setProblem(undefined);
                    }
                  }} />
                {item.secret && item.changed && update.allowed && <Button small tone="quiet" onClick={() => void store({ [item.name]: null })}>{t('settings.secret-remove')}</Button>}
              </div>
            ))}
          </div>
        </Section>
      ))}
      <ProblemNotice error={placed ? undefined : problem} />
      <SaveBar changed={changed.map((item) => item.title)} busy={update.busy} onSave={save} onDiscard={() => { setEdits({}); setProblem(undefined); }} />
    </div>
  );
}

/** A value in a sentence. */
function text(value: unknown, t: (key: string) => string): string {
  if (typeof value === 'boolean') {
    return t(value ? 'settings.on' : 'settings.off');
  }
  if (Array.isArray(value)) {
    return value.join(', ');
  }
  return typeof value === 'string' ? shortDuration(value) : String(value);
}

function History({ form }: { form: Form }) {
  const t = useT('');
  const query = useList<Step>('setting.history', { plugin: form.plugin }, { live: ['setting.changed'] });
  const undo = useAction<Changed>('setting.undo');
  const titleOf = (name: string) => form.items.find((item) => item.name === name)?.title ?? name;
  const shown = (value: unknown, secret: boolean) => (secret ? <span className="faint">•••</span> : value === undefined ? <span className="faint">{t('settings.standard')}</span> : <code>{text(value, t)}</code>);
  if (query.data?.length === 0) {
    return null;
  }
  return (
    <Card title={t('settings.history')}>
      <Table bare label={t('settings.history')} query={query} rowKey={(row) => `${row.change} ${row.name}`} empty={<EmptyState icon={<IconActivity size={20} />} title={t('settings.unchanged')} />}
        columns={[
          { id: 'at', header: t('settings.when'), width: 140, cell: (row) => <RelativeTime at={row.at} /> },
          { id: 'name', header: t('settings.setting'), cell: (row) => <span className="clip">{titleOf(row.name)}{row.undoes && <span className="faint"> · {t('settings.undone')}</span>}</span> },
          { id: 'change', header: t('settings.change'), cell: (row) => <span className="row">{shown(row.before, row.secret)}<span aria-hidden>→</span>{shown(row.after, row.secret)}</span> },
          { id: 'by', header: t('settings.who'), width: 180, wideOnly: true, cell: (row) => <span className="clip">{row.by}</span> },
        ]}
        menu={(row) => [row.counts && undo.allowed && { label: t('settings.undo'), icon: <IconArrowBackUp size={15} />, onSelect: () => void undo.go({ plugin: form.plugin, change: row.change }).then((done) => done && toast(t('settings.undone-toast'))) }]} />
    </Card>
  );
}
