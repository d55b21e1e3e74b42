import assert from 'node:assert/strict';
import { until } from '../lib/world.mjs';

const SECRET = 'opal-heron-4711-never-shown';

/** A repository whose build says much, slowly, and whose app says its variable. */
const source = (text) => ({
  Dockerfile: `FROM openpanel-test/busybox:1
RUN i=0; while [ $i -lt 80 ]; do echo "part $i of ${text} ${Date.now()}"; usleep 25000; i=$((i+1)); done
COPY . /
EXPOSE 8080
CMD ["/bin/sh", "/run.sh"]
`,
  'run.sh': 'echo "listening on 8080, the key is $API_KEY"\nexec httpd -f -v -p 8080 -h /www\n',
  'www/index.html': text,
});

/** One app from its repository's URL over a domain, a secret and a second version back to the first. */
export default async function app(suite, world) {
  const { page, eyes, git, panel } = world;
  const rows = page.getByRole('row');
  const tab = (name) => page.locator('nav.tabs').getByRole('link', { name, exact: true }).click();
  let address;

  await suite.test('A project is made', async () => {
    await page.getByRole('link', { name: 'Projects' }).first().click();
    await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
    await world.look('projects');
    await page.getByRole('button', { name: 'New project' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('shop');
    await world.look('project-new');
    await page.getByRole('button', { name: 'Create project' }).click();
    await page.getByRole('heading', { name: 'shop', level: 1 }).waitFor();
    await world.look('project-empty');
  });

  await suite.test('The form of a new app takes its name from the repository', async () => {
    await git.commit('web', 'The shop opens', source('first'));
    await page.getByRole('link', { name: 'New app' }).first().click();
    await page.getByLabel('Repository URL').fill(git.url('web'));
    // By its accessible name: the mark of what is required is for the eye only.
    assert.equal(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue(), 'web');
    await page.getByLabel('Port').fill('8080');
    await world.look('app-new');
    await eyes.tabThrough(page, 'app-new');
  });

  await suite.test('Deploy goes on to a live log that scrolls and ends with the address', async () => {
    const begun = Date.now();
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.waitForURL(/\/deployments\/\w+$/);
    const log = page.getByRole('log');
    const places = new Set();
    const finished = page.locator('h1 + .status', { hasText: 'Finished' });
    await until('the deployment is finished', async () => {
      places.add(await log.evaluate((box) => box.scrollTop));
      return finished.isVisible();
    }, 60_000);
    suite.figure(`deployed from Git in ${Date.now() - begun} ms`);
    assert.ok(places.size > 3, `the log scrolled to ${[...places].join(', ')} only`);
    const last = () => log.locator('.line').evaluateAll((lines) => lines.sort((a, b) => a.dataset.index - b.dataset.index).at(-1).textContent);
    await until('the log ends with the address', async () => /http:\/\/\S+localhost:\d+/.test(await last()), 5_000)
      .catch(async (error) => assert.fail(`${error.message}; its last line: ${await last()}`));
    address = /http:\/\/\S+localhost:\d+/.exec(await last())[0];
    await page.locator('.rail .running').waitFor({ state: 'detached' });
    await world.look('deployment');
  });

  await suite.test('The address opens the app through the proxy', async () => {
    const { url, text } = await world.opened(() => page.getByRole('link', { name: 'Open', exact: true }).click());
    assert.ok(url.startsWith(address), `${url} is not ${address}`);
    assert.equal(text.trim(), 'first');
  });

  await suite.test('A domain is added and serves', async () => {
    await page.getByRole('navigation', { name: 'Where you are' }).getByRole('link', { name: 'web' }).click();
    await page.getByRole('heading', { name: 'web', level: 1 }).waitFor();
    await world.look('app-general');
    await tab('Domains');
    await page.getByRole('button', { name: 'Add domain' }).click();
    await page.getByRole('dialog').getByLabel('Domain').fill('shop.localhost');
    await world.look('domain-new');
    await page.getByRole('dialog').getByRole('button', { name: 'Add domain' }).click();
    await rows.filter({ hasText: 'shop.localhost' }).waitFor();
    await world.look('app-domains');
    await until('shop.localhost serves', async () => (await world.visit(`http://shop.localhost:${panel.proxyPort}/`)).trim() === 'first', 10_000);
  });

  await suite.test('A secret variable is kept and never shown', async () => {
    eyes.secret('the secret variable', SECRET);
    await tab('Environment');
    await world.look('app-environment-empty');
    await page.getByRole('button', { name: 'Add variable' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('API_KEY');
    await dialog.getByLabel('Value').fill(SECRET);
    assert.ok(await dialog.getByLabel('Secret').isChecked(), 'a new variable is not secret by itself');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const row = rows.filter({ hasText: 'API_KEY' });
    await row.getByText('••••••••').waitFor();
    await world.look('app-environment');
    await row.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    assert.equal(await dialog.getByLabel('Value').inputValue(), '', 'the form to edit it has its value');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  await suite.test('The second version is deployed from the palette, by keyboard alone', async () => {
    await git.commit('web', 'The shop has a second shelf', source('second'));
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('deploy web');
    await page.getByRole('option', { selected: true }).waitFor();
    await until('"Deploy web" is found', () => page.getByRole('option', { name: /^Deploy web/ }).isVisible());
    while (!(await page.getByRole('option', { name: /^Deploy web/, selected: true }).count())) {
      await page.keyboard.press('ArrowDown');
    }
    await world.look('palette');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Run' }).waitFor();
    await world.look('palette-form');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/jobs\/\w+$/);
    await page.getByRole('link', { name: 'Open', exact: true }).waitFor({ timeout: 60_000 });
    assert.equal((await world.visit(address)).trim(), 'second');
  });

  await suite.test('What the app writes is in its log, the secret masked', async () => {
    await page.getByRole('link', { name: 'Projects' }).first().click();
    await rows.filter({ hasText: 'shop' }).getByText('shop').first().click();
    await rows.filter({ hasText: 'web' }).waitFor();
    await world.look('project');
    await rows.filter({ hasText: 'web' }).getByText('web', { exact: true }).click();
    await page.getByRole('heading', { name: 'web', level: 1 }).waitFor();
    await tab('Logs');
    await page.getByRole('log').getByText('listening on 8080').first().waitFor();
    await world.look('app-logs');
  });

  await suite.test('Rolling back puts the first version online again', async () => {
    await tab('Deployments');
    await rows.nth(2).waitFor();
    await world.look('app-deployments');
    await rows.filter({ hasText: 'The shop opens' }).getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Roll back' }).click();
    await world.look('roll-back');
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await until('the first version serves', async () => (await world.visit(address)).trim() === 'first', 60_000);
    await until('the first row is the one that serves', () => rows.nth(1).getByText('serving').isVisible(), 10_000);
  });

  await suite.test('A version that does not build says why, and the former one serves on', async () => {
    await git.commit('web', 'A shelf that breaks', { ...source('third'), Dockerfile: 'FROM openpanel-test/busybox:1\nRUN echo "there is no shelf" && exit 3\n' });
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.waitForURL(/\/deployments\/\w+$/);
    await page.locator('h1 + .status', { hasText: 'Failed' }).waitFor({ timeout: 60_000 });
    await page.getByText('What ran before still serves').waitFor();
    await world.look('deployment-failed');
    assert.equal((await world.visit(address)).trim(), 'first');
    await world.go('/');
    await page.getByText('The last deployment of web failed').waitFor();
    await world.look('overview-attention');
    await page.getByRole('link', { name: 'web', exact: true }).first().click();
    await page.getByRole('heading', { name: 'web', level: 1 }).waitFor();
    await world.look('app-failed');
  });

  await suite.test('A setting that is emptied is taken away', async () => {
    const settings = { 'Health check path': '/', 'CPUs': '0.5', 'Memory': '64 MB' };
    const save = async () => {
      await page.keyboard.press('Control+s');
      await page.locator('.savebar').waitFor({ state: 'detached' });
      await page.reload();
      await page.getByLabel('Memory').waitFor();
    };
    await tab('Advanced');
    for (const [label, value] of Object.entries(settings)) {
      await page.getByLabel(label).fill(value);
    }
    await world.look('app-unsaved');
    await save();
    for (const [label, value] of Object.entries(settings)) {
      assert.equal(await page.getByLabel(label).inputValue(), value, `${label} is not kept`);
      await page.getByLabel(label).fill('');
    }
    await save();
    for (const label of Object.keys(settings)) {
      assert.equal(await page.getByLabel(label).inputValue(), '', `${label} is still there`);
    }
  });

  await suite.test('Leaving what is unsaved asks first', async () => {
    await page.getByLabel('Health check path').fill('/ready');
    await tab('General');
    await page.getByRole('heading', { name: 'Leave without saving?' }).waitFor();
    await world.look('app-leave');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await page.getByLabel('Health check path').inputValue(), '/ready');
    await page.evaluate(() => history.back());
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    assert.match(page.url(), /\/advanced$/, 'Back left the page');
    assert.equal(await page.getByLabel('Health check path').inputValue(), '/ready');
    await tab('General');
    await page.getByRole('dialog').getByRole('button', { name: 'Discard and leave' }).click();
    await page.getByLabel('Repository URL').waitFor();
    assert.equal(await page.locator('.savebar').count(), 0, 'what was discarded is still to be saved');
  });

  await suite.test('The other tabs of the app are there', async () => {
    for (const name of ['Webhooks', 'Advanced', 'Danger zone']) {
      await tab(name);
      await page.locator('nav.tabs [aria-current]', { hasText: name }).waitFor();
      await world.look(`app-${name.toLowerCase().replace(' ', '-')}`);
    }
  });
}
