import { useEffect, useId, useState, type ReactNode } from 'react';
import { PasswordInput, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useCatalogue, type Input, type Schema } from '../client/catalogue';
import { Problem } from '../client/problem';
import { useLocale, useT } from '../i18n/i18n';
import { Button, IconButton } from './controls';
import { humanise } from './format';
import { useList, useOperation } from './hooks';
import { IconChevronRight, IconDice5, IconPlus, IconTrash } from './icons';
import { controlOf, draftOf, faultOf, generateSecret, inputOf, type Draft } from './schema';
import { ProblemNotice } from './states';

interface FormProps {
  /** The action whose input is asked for. */
  action: string;
  /** Known already and not asked. */
  fixed?: Input;
  initial?: Input;
  /** Only these, in this order; the rest of the schema is left out unless it is in `advanced`. */
  fields?: string[];
  /** Needed here, although the action alone does not ask for them. */
  needed?: string[];
  /** Which of them are not asked for, by what is typed so far. */
  without?: (draft: Draft) => string[];
  /** Folded away until wanted. */
  advanced?: string[];
  submit?: string;
  onCancel?: () => void;
  onDone?: (output: Record<string, unknown>) => void;
  run: (input: Input) => Promise<Record<string, unknown> | undefined>;
  /** Fills fields from others as they are typed. */
  derive?: (draft: Draft, changed: string, former: Draft) => Draft;
  children?: ReactNode;
}

/** A form drawn from an action's input schema; the panel's own word on a field stands beside the field. */
export function SchemaForm({ action, fixed = {}, initial = {}, fields, needed = [], without, advanced = [], submit, onCancel, onDone, run, derive, children }: FormProps) {
  const t = useT();
  const locale = useLocale();
  const operation = useOperation(action);
  const [draft, setDraft] = useState(() => operation && draftOf(operation.input, initial, locale));
  const [touched, setTouched] = useState<Set<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const schema = operation?.input;
  useEffect(() => {
    if (schema && !draft) {
      setDraft(draftOf(schema, initial, locale));
    }
  }, [schema, draft, initial, locale]);
  if (!operation || !schema || !draft) {
    return null;
  }
  const left = without?.(draft) ?? [];
  const names = (fields ?? Object.keys(schema.properties ?? {})).filter((name) => !(name in fixed) && !left.includes(name) && name in (schema.properties ?? {}) && !advanced.includes(name));
  const folded = advanced.filter((name) => name in (schema.properties ?? {}) && !(name in fixed));
  const required = new Set([...(schema.required ?? []), ...needed]);
  const wrong = (name: string) => faultOf(schema.properties![name]!, required.has(name), draft[name]);

  async function go() {
    const faulty = [...names, ...folded].filter(wrong);
    setTouched(new Set([...names, ...folded]));
    if (faulty.length) {
      document.querySelector<HTMLElement>(`[data-field="${faulty[0]}"]`)?.focus();
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      const output = await run({ ...inputOf(schema!, draft!), ...fixed });
      onDone?.(output ?? {});
    } catch (error) {
      setProblem(Problem.from(error));
    } finally {
      setBusy(false);
    }
  }

  const field = (name: string, first = false) => {
    const fault = touched.has(name) ? wrong(name) : undefined;
    return (
      <Field key={name} first={first} name={name} action={action} schema={schema.properties![name]!} required={required.has(name)} value={draft[name]}
        error={problem?.errors[name] ?? (fault && t(fault.key, fault.vars))} onBlur={() => setTouched((was) => new Set(was).add(name))}
        onChange={(value) => {
          setDraft((was) => {
            const next = { ...was, [name]: value };
            return derive ? derive(next, name, was!) : next;
          });
          if (problem?.errors[name]) {
            const { [name]: _gone, ...errors } = problem.errors;
            setProblem(new Problem(problem.status, problem.title, problem.detail, problem.request, problem.kind, errors));
          }
        }} />
    );
  };
  const placed = problem && [...names, ...folded].some((name) => problem.errors[name]);

  return (
    <form className="fields" noValidate onSubmit={(event) => { event.preventDefault(); void go(); }}>
      {children}
      {names.map((name, index) => field(name, index === 0))}
      {folded.length > 0 && (
        <details className="fold" open={folded.some((name) => problem?.errors[name]) || undefined}>
          <summary><IconChevronRight size={15} />{t('form.advanced')}</summary>
          <div className="fields">{folded.map((name) => field(name))}</div>
        </details>
      )}
      {!placed && <ProblemNotice error={problem} />}
      <div className="buttons end" style={{ marginTop: 4 }}>
        {onCancel && <Button onClick={onCancel}>{t('cancel')}</Button>}
        <Button type="submit" tone="primary" busy={busy}>{submit ?? t('save')}</Button>
      </div>
    </form>
  );
}

const MONO = { input: { fontFamily: 'var(--mono)', fontSize: 12.5, paddingBlock: 7, lineHeight: '20px' } };

const SHORT = { wrapper: { maxWidth: 160 } };

interface FieldProps {
  name: string;
  action: string;
  schema: Schema;
  required?: boolean;
  value: unknown;
  error?: ReactNode;
  onChange: (value: unknown) => void;
  onBlur?: () => void;
  /** Inside a row of a list: no help. */
  nested?: boolean;
  /** The one a dialog puts the cursor into. */
  first?: boolean;
}

/** One component of an input, labelled as its schema says, or in the plugin's words (`field.<name>`, `action.<id>.<name>`, `help.<id>.<name>`, `help.<name>`). */
export function Field({ name, action, schema, required, value, error, onChange, onBlur, nested, first }: FieldProps) {
  const { data } = useCatalogue();
  const t = useT(data?.items.find((each) => each.id === action)?.plugin);
  const said = (key: string) => {
    const text = t(key);
    return text === key ? undefined : text;
  };
  const label = schema.title ?? said(`field.${name}`) ?? humanise(name);
  const help = nested ? undefined : schema.title ? schema.description : said(`action.${action}.${name}`) ?? said(`help.${action}.${name}`) ?? said(`help.${name}`) ?? schema.description;
  const text = String(value ?? '');
  const example = schema.examples?.[0] === undefined ? undefined : String(schema.examples[0]);
  const common = { label, description: help, error, required, withAsterisk: required, onBlur, 'data-field': name, 'data-autofocus': first || undefined, placeholder: example };
  switch (controlOf(schema)) {
    case 'flag':
      return <Switch label={label} description={help} checked={Boolean(value)} onChange={(event) => onChange(event.currentTarget.checked)} size="sm" />;
    case 'choice':
      return <Select {...common} data={schema.enum!.map((each) => ({ value: each, label: schema['x-labels']?.[each] ?? said(`choice.${each}`) ?? humanise(each) }))} value={text || null} clearable={!required} onChange={(chosen) => onChange(chosen ?? '')} comboboxProps={{ transitionProps: { duration: 80 } }} />;
    case 'ref':
      return <RefField {...common} kind={schema['x-kind'] ?? name} value={text} onChange={onChange} />;
    case 'secret':
      return /key$/i.test(name)
        ? <Textarea {...common} rows={4} value={text} spellCheck={false} autoComplete="off" onChange={(event) => onChange(event.currentTarget.value)} styles={MONO} />
        : <SecretField {...common} value={text} onChange={onChange} invent={!/token|password/i.test(name)} />;
    case 'multiline':
    case 'texts':
    case 'pairs':
      return <Textarea {...common} autosize={false} rows={4} value={text} onChange={(event) => onChange(event.currentTarget.value)} styles={MONO} />;
    case 'records':
      return <Records {...common} action={action} schema={schema} value={(value || []) as Draft[]} onChange={onChange} />;
    case 'number':
      return <TextInput {...common} inputMode="decimal" styles={SHORT} value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
    case 'bytes':
      return <TextInput {...common} styles={SHORT} placeholder={example ?? '512 MB'} value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
    case 'duration':
      return <TextInput {...common} styles={SHORT} placeholder={example ?? '30s'} value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
    default:
      return <TextInput {...common} spellCheck={false} autoComplete="off" value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
}

type Shared = { label: string; description?: string; error?: ReactNode; required?: boolean; placeholder?: string; onBlur?: () => void };

/** `invent`: whether a value made here can be meant, unlike a token that somebody else gave. */
function SecretField({ value, onChange, invent, ...rest }: Shared & { value: string; invent: boolean; onChange: (value: string) => void }) {
  const t = useT('');
  const [shown, setShown] = useState(false);
  return (
    <div className="row" style={{ alignItems: 'flex-end' }}>
      <PasswordInput {...rest} style={{ flex: 1 }} value={value} visible={shown} onVisibilityChange={setShown} autoComplete="new-password" spellCheck={false}
        visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} onChange={(event) => onChange(event.currentTarget.value)} />
      {invent && <IconButton label={t('form.generate')} tone="plain" icon={<IconDice5 size={16} />} onClick={() => { onChange(generateSecret()); setShown(true); }} />}
    </div>
  );
}

function RefField({ kind, value, onChange, ...rest }: Shared & { kind: string; value: string; onChange: (value: string) => void }) {
  const t = useT('');
  const listed = useOperation(`${kind}.list`);
  const query = useList<Record<string, string>>(`${kind}.list`, {}, { enabled: Boolean(listed) });
  if (!listed) {
    return <TextInput {...rest} value={value} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  const data = (query.data ?? []).map((item) => ({ value: item[kind] ?? '', label: item.projectName && item.name ? `${item.projectName}/${item.name}` : item.name ?? item.host ?? item[kind] ?? '' }));
  return (
    <Select {...rest} searchable data={data} value={value || null} placeholder={query.isLoading ? t('loading') : t('form.pick')} nothingFoundMessage={t('table.nothing')}
      onChange={(chosen) => onChange(chosen ?? '')} comboboxProps={{ transitionProps: { duration: 80 } }} maxDropdownHeight={240} />
  );
}

function Records({ label, description, error, action, schema, value, onChange }: Shared & { action: string; schema: Schema; value: Draft[]; onChange: (value: Draft[]) => void }) {
  const t = useT('');
  const id = useId();
  const parts = Object.entries(schema.items!.properties!);
  return (
    <div role="group" aria-labelledby={id}>
      <div id={id} className="mantine-InputWrapper-label">{label}</div>
      {description && <div className="mantine-InputWrapper-description">{description}</div>}
      <div className="stack tight">
        {value.map((row, index) => (
          <div key={index} className="repeat">
            {parts.map(([name, part]) => (
              <Field key={name} nested name={name} action={action} schema={part} value={row[name]}
                onChange={(next) => onChange(value.map((each, at) => (at === index ? { ...each, [name]: next } : each)))} />
            ))}
            <IconButton label={t('remove')} icon={<IconTrash size={15} />} onClick={() => onChange(value.filter((_each, at) => at !== index))} />
          </div>
        ))}
        <div><Button small icon={<IconPlus size={14} />} onClick={() => onChange([...value, {}])}>{t('add')}</Button></div>
      </div>
      {error && <div className="mantine-InputWrapper-error">{error}</div>}
    </div>
  );
}
