import assert from 'node:assert/strict';
import { until } from '../lib/world.mjs';

/** In the page: the milliseconds from the next press until an element has gone. */
const fromPressUntilGone = (selector) => new Promise((done) => {
  const element = document.querySelector(selector);
  let pressed;
  addEventListener('click', () => { pressed = performance.now(); }, { capture: true, once: true });
  new MutationObserver((_changes, observer) => {
    if (!element.isConnected) {
      observer.disconnect();
      done(Math.round(performance.now() - pressed));
    }
  }).observe(document.body, { childList: true, subtree: true });
});

/** Containers, keys and plugins: what an owner looks after. */
export default async function machine(suite, world) {
  const { page, eyes, context } = world;
  const menu = (name) => page.getByRole('complementary').getByRole('link', { name, exact: true });
  const row = (text) => page.getByRole('row').filter({ hasText: text });
  const tab = (name) => page.locator('nav.tabs').getByRole('link', { name, exact: true }).click();

  await suite.test('The containers list has those of both apps', async () => {
    await menu('Containers').click();
    await row('hello-').first().waitFor();
    await row('web-').first().waitFor();
    await world.look('containers');
    await eyes.tabThrough(page, 'containers');
  });

  await suite.test('A list that loads shows its shape, and one that fails says why and tries again', async () => {
    let answer;
    const held = new Promise((done) => { answer = done; });
    const problem = { title: 'Unavailable', status: 503, kind: 'unavailable', detail: 'The container engine does not answer; start it, then try again' };
    const refuse = (route) => held.then(() => route.fulfill({ status: 503, contentType: 'application/problem+json', headers: { 'OpenPanel-Request': '4k2v9xq1t7' }, body: JSON.stringify(problem) }));
    await page.route(/\/api\/v1\/containers(\?|$)/, refuse);
    await world.go('/containers');
    await page.locator('table[aria-busy=true]').waitFor();
    await world.look('containers-loading', { loading: true });
    await eyes.expecting('/api/v1/containers', 503, async () => {
      answer();
      await page.getByRole('alert').getByText(problem.detail).waitFor();
      await world.look('containers-failed');
    });
    await page.unroute(/\/api\/v1\/containers(\?|$)/);
    await page.getByRole('button', { name: 'Retry' }).click();
    await row('web-').first().waitFor();
  });

  await suite.test('A container shows what it is, its log and what it uses', async () => {
    await row('web-').filter({ hasText: /Running|Healthy/ }).locator('.main').first().click();
    await page.getByText('Network and limits').waitFor();
    await world.look('container');
    await tab('Logs');
    await page.getByRole('log').getByText('listening on 8080').first().waitFor();
    await world.look('container-logs');
    await tab('Usage');
    await until('memory and network are shown', async () => /Memory\s+[\d.,]+\s*[kKM]B[^]*Network\s+[\d.,]+\s*[kKM]?B\/s/.test(await page.getByRole('main').innerText()), 10_000);
    await world.look('container-usage');
  });

  await suite.test('A terminal answers what is typed, tells its end, and the keyboard can leave it', async () => {
    const lines = page.locator('.xterm-rows');
    const says = (text) => until(`the terminal shows ${text}`, async () => (await lines.innerText()).includes(text), 20_000);
    const opened = () => until('the terminal has the keyboard', () => page.evaluate(() => document.activeElement?.classList.contains('xterm-helper-textarea')), 20_000);
    await tab('Terminal');
    await opened();
    await page.keyboard.type("printf '\\033[38;2;10;110;70mcolour%s\\033[0m\\n' $((6*7))\n");
    await says('colour42');
    await page.keyboard.type('ls -l /\n');
    await says('tmp');
    const colour = await lines.locator('span', { hasText: 'colour42' }).last().evaluate((span) => getComputedStyle(span).color);
    assert.match(colour, /^rgb\(10, 110, 70\)$/, 'colours are drawn');
    await world.look('container-terminal');
    await page.keyboard.press('Shift+F6');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Copy', 'the keyboard left the terminal');
    await page.locator('.xterm-helper-textarea').focus();
    await page.keyboard.type('exit 5\n');
    await page.getByText('It ended with exit code 5.').waitFor();
    await world.look('container-terminal-ended');
    await page.getByRole('button', { name: 'Open again' }).click();
    await opened();
    await page.keyboard.type('echo again$((1+1))\n');
    await says('again2');
  });

  await suite.test('The overview, images, domains, jobs and the profile are there', async () => {
    for (const [path, text] of [['/', 'All projects'], ['/images', 'openpanel-test/busybox'], ['/domains', 'shop.localhost'], ['/jobs', 'Finished'], ['/settings/profile', 'this one']]) {
      await world.go(path);
      await page.getByText(text).first().waitFor().catch(() => assert.fail(`${path} does not say "${text}"`));
      await world.look(path.split('/').at(-1) || 'overview-later');
    }
  });

  await suite.test('An API key works and is shown once', async () => {
    await menu('API keys').click();
    await page.getByRole('heading', { name: 'No API keys' }).waitFor();
    await world.look('api-keys-empty');
    await page.getByRole('button', { name: 'New key' }).first().click();
    await page.getByRole('dialog').getByLabel('Name').fill('ci');
    await world.look('api-key-new');
    await page.getByRole('button', { name: 'Make key' }).click();
    const token = await page.getByLabel('Token', { exact: true }).innerText();
    await world.look('api-key-made');
    const { items } = await world.panel.api('GET', '/api/v1/projects', token);
    assert.deepEqual(items.map(({ name }) => name).sort(), ['sample', 'shop']);
    eyes.secret('the API key', token);
    await page.reload();
    await row('ci').first().waitFor();
    await world.look('api-keys');
  });

  await suite.test('A stopped plugin takes its menu entry and pages away within a second, and brings them back', async () => {
    const other = await context.newPage();
    await world.go('/containers', other);
    await other.getByRole('heading', { name: 'Containers', level: 1 }).waitFor();
    // Browsers draw what is not in front once a second, and whoever presses a button has its page before them.
    await page.bringToFront();
    await menu('Plugins').click();
    await row('docker').first().waitFor();
    await world.look('plugins');
    await page.evaluate(() => { window.untouched = true; });

    await row('docker').getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Stop' }).click();
    await world.look('plugin-stop');
    const leaving = page.evaluate(fromPressUntilGone, 'aside a[href="/containers"]');
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    const gone = await leaving;
    await other.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.locator('.toast').first().waitFor({ state: 'detached' });
    await world.look('plugins-stopped');

    await row('docker').getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Start' }).click();
    await menu('Containers').waitFor();
    await other.getByRole('heading', { name: 'Containers', level: 1 }).waitFor();
    await other.close();
    assert.ok(await page.evaluate(() => window.untouched), 'the page was loaded anew');
    assert.ok(gone < 1000, `the menu entry stayed for ${gone} ms`);
    suite.figure(`menu entry gone ${gone} ms after the press`);
  });
}
