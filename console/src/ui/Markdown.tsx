import { lazy, Suspense } from 'react';

const MarkdownText = lazy(() => import('./MarkdownText'));

/** What somebody wrote, in Markdown; until its reader is there, as they typed it. */
export function Markdown({ text }: { text: string }) {
  return <div className="markdown"><Suspense fallback={<p style={{ whiteSpace: 'pre-wrap' }}>{text}</p>}><MarkdownText text={text} /></Suspense></div>;
}
