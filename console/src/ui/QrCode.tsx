import { useEffect, useState } from 'react';

const QUIET = 3;

interface Drawn { size: number; path: string }

/** A text as a QR code, drawn as one path; the modules are black on white in both themes, as cameras want them. */
export function QrCode({ text, label, width = 184 }: { text: string; label: string; width?: number }) {
  const [drawn, setDrawn] = useState<Drawn>();
  useEffect(() => {
    let gone = false;
    void import('uqr').then(({ encode }) => {
      const { data, size } = encode(text, { ecc: 'M', border: QUIET });
      const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
      if (!gone) {
        setDrawn({ size, path });
      }
    });
    return () => {
      gone = true;
    };
  }, [text]);
  return (
    <svg className="qr" role="img" aria-label={label} width={width} height={width} viewBox={`0 0 ${drawn?.size ?? 1} ${drawn?.size ?? 1}`} shapeRendering="crispEdges">
      {drawn && <path d={drawn.path} fill="#000" />}
    </svg>
  );
}
