import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../lib/panel.mjs';
import { until } from '../lib/world.mjs';

const words = async (path) => JSON.parse(await readFile(join(root, path), 'utf8'));

/** Keyboard, language, theme, session, and the end of an app. */
export default async function person(suite, world) {
  const { page, eyes, person: me } = world;
  const pt = { ...await words('deploy-bundle/src/main/resources/OPENPANEL-INF/i18n/pt-BR.json'), ...await words('console/src/i18n/pt-BR.json') };
  const who = () => page.getByRole('button', { name: new RegExp(me.name) });
  let app;

  await suite.test('The palette goes to a page, by keyboard alone', async () => {
    await world.go('/');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('domains');
    await page.getByRole('option', { name: /^Domains/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/domains');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  await suite.test('The keyboard says what it can do, and walks through a table', async () => {
    await world.go('/projects');
    await page.getByRole('row').filter({ hasText: 'shop' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await world.look('shortcuts');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    assert.match(await page.evaluate(() => document.activeElement.textContent), /^shop/, 'the second row has not the focus');

    await world.go('/images');
    await page.getByRole('row').filter({ hasText: 'openpanel-test/busybox' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
  });

  await suite.test('The recovery kit is saved, and kept by the code that is in it', async () => {
    await world.go('/');
    await page.getByText('The recovery kit is not saved yet').waitFor();
    await page.getByRole('link', { name: 'Encryption' }).click();
    await world.look('encryption');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the recovery kit' }).click()]);
    const kit = await readFile(await download.path(), 'utf8');
    eyes.secret('the key of the secrets', /Key {6}(\S+)/.exec(kit)[1]);
    await page.getByLabel('Code in the kit').fill('0000-0000');
    await eyes.expecting('/api/v1/recovery-kit/confirm', 400, async () => {
      await page.getByRole('button', { name: 'We have it' }).click();
      await page.getByText('code is not the one').waitFor();
    });
    await page.getByLabel('Code in the kit').fill(/Code {5}(\S+)/.exec(kit)[1]);
    await page.getByRole('button', { name: 'We have it' }).click();
    await page.locator('main').getByText('Somebody has the recovery kit of this version.').waitFor();
  });

  await suite.test('An address that is not there says so', async () => {
    await world.go('/nowhere');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await world.look('nowhere');
  });

  await suite.test('Portuguese and dark are chosen and kept after a reload', async () => {
    await world.go('/projects');
    await page.getByRole('row').filter({ hasText: 'shop' }).getByText('shop').first().click();
    await page.getByRole('row').filter({ hasText: 'web' }).getByText('web', { exact: true }).click();
    await page.waitForURL(/\/apps\/\w+$/);
    app = new URL(page.url()).pathname;
    await who().click();
    await world.look('person-menu');
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.getByRole('menuitemradio', { name: 'Português (Brasil)' }).click();
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByRole('complementary').getByRole('link', { name: pt['nav.overview'] }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'pt-BR');
    assert.equal(await page.evaluate(() => document.documentElement.dataset.mantineColorScheme), 'dark');
  });

  await suite.test('Each page is there in Portuguese', async () => {
    const pages = { 'overview': '/', 'projects': '/projects', 'app-new': '/apps/new', 'app-general': app, 'app-domains': `${app}/domains`, 'app-environment': `${app}/environment`,
      'app-deployments': `${app}/deployments`, 'app-logs': `${app}/logs`, 'app-webhooks': `${app}/webhooks`, 'app-advanced': `${app}/advanced`, 'app-danger-zone': `${app}/danger`,
      'containers': '/containers', 'images': '/images', 'domains': '/domains', 'jobs': '/jobs', 'members': '/settings/members', 'roles': '/settings/roles', 'people': '/settings/people', 'single-sign-on': '/settings/single-sign-on', 'provisioning': '/settings/provisioning', 'team': '/settings/team', 'api-keys': '/settings/api-keys', 'profile': '/settings/profile', 'plugins': '/plugins', 'marketplace': '/plugins/marketplace', 'routes': '/routes', 'dead-letters': '/routes/dead-letters', 'encryption': '/encryption', 'audit': '/audit' };
    for (const [name, path] of Object.entries(pages)) {
      await world.go(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await world.look(name, { language: 'pt-BR', schemes: ['dark'] });
    }
  });

  await suite.test('Logging out leads to the door, and a wrong password is said so', async () => {
    await who().click();
    await page.getByRole('menuitem', { name: pt['me.out'] }).click();
    await page.getByRole('heading', { name: pt['in.title'] }).waitFor();
    await world.look('log-in');
    await page.getByLabel(pt['in.email']).fill(me.email);
    await page.getByLabel(pt['in.password'], { exact: true }).fill('not the password at all');
    await eyes.expecting('/auth/login', 401, async () => {
      await page.getByRole('button', { name: pt['in.go'], exact: true }).click();
      await page.getByRole('alert').waitFor();
    });
  });

  await suite.test('Logging in again keeps the session over a reload', async () => {
    await page.getByLabel(pt['in.password'], { exact: true }).fill(me.password);
    await page.getByRole('button', { name: pt['in.go'], exact: true }).click();
    await who().waitFor();
    await page.reload();
    await who().waitFor();
  });

  await suite.test('Deleting an app wants its name typed', async () => {
    const address = `http://shop.localhost:${world.panel.proxyPort}/`;
    await world.go(`${app}/danger`);
    await page.getByRole('button', { name: pt['app.delete'] }).click();
    const dialog = page.getByRole('dialog');
    const sure = dialog.getByRole('button', { name: pt['app.delete'] });
    const typed = dialog.getByRole('textbox');
    assert.ok(await sure.isDisabled(), 'it can be deleted without a name');
    await typed.fill('we');
    assert.ok(await sure.isDisabled(), 'it can be deleted with another name');
    await typed.fill('web');
    await world.look('app-delete', { language: 'pt-BR' });
    await sure.click();
    await page.waitForURL(/\/projects\/\w+$/);
    await until('its address serves no more', async () => (await world.visit(address)).trim() !== 'first', 10_000);
  });
}
