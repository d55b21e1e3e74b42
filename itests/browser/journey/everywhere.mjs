import assert from 'node:assert/strict';

const PROMISES = {
  sideways: 'No page scrolls sideways on a phone',
  axe: 'No page has a serious fault of accessibility, wide and narrow, light and dark',
  focus: 'What has the focus is seen',
  console: 'No page writes an error or breaks its content security policy',
  requests: 'No request fails that should not',
  storage: 'No token, password or secret lies in a page or its storage',
  english: 'No menu, button or heading of a Portuguese page is left in English',
};

/** What must hold on every page that was visited. */
export default async function everywhere(suite, { eyes }) {
  for (const [kind, promise] of Object.entries(PROMISES)) {
    const faults = [...new Set(eyes.faults[kind])];
    await suite.test(promise, () => assert.ok(faults.length === 0, `${faults.length} faults:\n${faults.slice(0, 40).join('\n')}`));
  }
}
