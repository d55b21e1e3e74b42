import type { ReactNode } from 'react';

/** A line over its area; an undefined value is a gap and stays one. */
export function Sparkline({ values, max, label }: { values: (number | undefined)[]; max?: number; label: string }) {
  const top = Math.max(max ?? 0, ...values.map((value) => value ?? 0)) || 1;
  const step = 100 / Math.max(1, values.length - 1);
  const pieces: string[][] = [[]];
  values.forEach((value, index) => {
    if (value === undefined) {
      pieces.push([]);
    } else {
      pieces.at(-1)!.push(`${(index * step).toFixed(2)} ${(34 - (value / top) * 30).toFixed(2)}`);
    }
  });
  const runs = pieces.filter((piece) => piece.length > 1);
  return (
    <svg className="spark" viewBox="0 0 100 36" preserveAspectRatio="none" role="img" aria-label={label}>
      {runs.map((run) => [
        <path key={`${run[0]} area`} className="area" d={`M${run.join('L')}L${run.at(-1)!.split(' ')[0]} 36L${run[0]!.split(' ')[0]} 36Z`} />,
        <path key={run[0]} className="stroke" d={`M${run.join('L')}`} />,
      ])}
    </svg>
  );
}

export function MetricCard({ label, value, unit, under, values, max }: { label: string; value: ReactNode; unit?: string; under?: ReactNode;
  values?: (number | undefined)[]; max?: number }) {
  return (
    <div className="card metric">
      <span className="label">{label}</span>
      <span className="value">{value}{unit && <small>{unit}</small>}</span>
      <span className="under">{under}</span>
      {values && <Sparkline values={values} max={max} label={label} />}
    </div>
  );
}

export function Meter({ share, label }: { share: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div className={`meter ${percent >= 90 ? 'red' : percent >= 80 ? 'amber' : ''}`} role="meter" aria-label={label} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
      <span style={{ width: `${percent}%` }} />
    </div>
  );
}
