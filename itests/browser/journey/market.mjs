import assert from 'node:assert/strict';
import { Market } from '../lib/market.mjs';
import { until } from '../lib/world.mjs';

/** A plugin comes from a marketplace, is set, is used, and goes; and what wires plugins is looked at. */
export default async function market(suite, world) {
  const { page } = world;
  const menu = (name) => page.getByRole('complementary').getByRole('link', { name, exact: true });
  const row = (text) => page.getByRole('row').filter({ hasText: text });
  const dialog = page.getByRole('dialog');
  const place = await Market.open();
  world.eyes.names.push('acme', 'ada', 'push-to-deploy', 'import', 'export', 'Janitor', 'Clears away containers that ended');
  try {
    await suite.test('A marketplace is added by its address and its fingerprint', async () => {
      await menu('Plugins').click();
      await page.getByRole('link', { name: 'Marketplace', exact: true }).click();
      await page.getByRole('heading', { name: 'No marketplace yet' }).waitFor();
      await world.look('marketplace-none');
      await page.getByRole('button', { name: 'Add a marketplace' }).click();
      await dialog.getByLabel('Address').fill(place.url);
      await dialog.getByLabel('Fingerprint').fill(place.fingerprint);
      await world.look('marketplace-add');
      await dialog.getByRole('button', { name: 'Add a marketplace' }).click();
      await row('Janitor').waitFor();
      await world.look('marketplace');
    });

    await suite.test('A plugin says what it may call and what that means, and is installed', async () => {
      await row('Janitor').getByRole('button', { name: 'Janitor' }).click();
      await dialog.getByText('container.delete').waitFor();
      await world.look('marketplace-offer');
      await dialog.getByRole('button', { name: 'Trust and install' }).click();
      await page.getByText('1.0.0 serves').waitFor();
      await world.look('plugin-installed');
      await menu('Janitor').click();
      await page.getByRole('heading', { name: 'Cleared away', level: 1 }).waitFor();
      await world.look('plugin-page');
    });

    await suite.test('A plugin draws a page of its own, in a frame that reaches nothing, and what it changes takes a press', async () => {
      await menu('Overview').click();
      const frame = page.frameLocator('iframe[title=Janitor]');
      await frame.getByText('Nothing cleared away yet').waitFor();
      const tried = await page.frames().find((each) => each.url().includes('/ui/janitor/')).evaluate(async () => {
        const fails = (attempt) => Promise.resolve().then(attempt).then(() => 'possible', () => 'refused');
        return [window.origin, await fails(() => window.parent.document), await fails(() => localStorage), await fails(() => document.cookie),
          await window.panel.call('team.list').catch((error) => error.kind), await window.panel.call('janitor.run').catch((error) => error.kind)];
      });
      assert.deepEqual(tried, ['null', 'refused', 'refused', 'refused', 'forbidden', 'forbidden']);
      await page.locator('iframe[title=Janitor]').scrollIntoViewIfNeeded();
      await world.look('plugin-tile');
      await frame.getByRole('button', { name: 'Clear away now' }).click();
      await page.getByText('There is nothing to clear away').waitFor();
    });

    await suite.test('Its settings are a form: what is wrong is said beside the field, what is saved counts, and a change is undone', async () => {
      await menu('Plugins').click();
      await row('Janitor').getByRole('link', { name: 'Janitor' }).click();
      await page.getByRole('heading', { name: 'Janitor: settings', level: 1 }).waitFor();
      await page.getByLabel('Older than').fill('1m');
      await world.eyes.expecting('/api/v1/plugins/janitor/settings', 400, async () => {
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByText('must be at least 10m').waitFor();
      });
      await world.look('plugin-settings-wrong');
      await page.getByLabel('Older than').fill('48h');
      await page.getByLabel('Keep').fill('import-*\nexport-*');
      await page.getByRole('switch', { name: 'Dry run' }).click();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Janitor works with the new settings').waitFor();
      await row('import-*, export-*').waitFor();
      await world.look('plugin-settings');
      await row('import-*, export-*').getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Undo this change' }).click();
      await page.getByText('The change was undone').waitFor();
      await until('the form shows what it was', async () => await page.getByLabel('Keep').inputValue() === '');
    });

    await suite.test('An installed plugin is taken away with its page, and purged with what it stored', async () => {
      await menu('Plugins').click();
      await row('Janitor').getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Uninstall' }).click();
      await world.look('plugin-uninstall');
      await dialog.getByRole('button', { name: 'Uninstall' }).click();
      await menu('Janitor').waitFor({ state: 'detached' });
      await row('Janitor').getByText('Uninstalled').waitFor();
      await row('Janitor').getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Purge' }).click();
      await dialog.getByRole('textbox').fill('Janitor');
      await world.look('plugin-purge');
      await dialog.getByRole('button', { name: 'Purge' }).click();
      await row('Janitor').waitFor({ state: 'detached' });
    });
    await suite.test('The audit trail says who did it, can be narrowed, and is found whole', async () => {
      await menu('Audit trail').click();
      await page.getByRole('row').filter({ hasText: 'Takes a plugin away with everything it stored' }).first().getByRole('button').first().click();
      await dialog.getByText('plugin.purge', { exact: true }).waitFor();
      await dialog.getByText('Link ').waitFor();
      await world.look('audit-row');
      await dialog.getByRole('button', { name: 'plugin:janitor' }).click();
      await page.getByRole('button', { name: 'Only plugin:janitor' }).waitFor();
      await page.getByRole('button', { name: 'Takes a plugin away', exact: true }).first().waitFor();
      await world.look('audit');
      await page.getByRole('button', { name: 'Verify the trail' }).click();
      await page.getByText('intact: ').waitFor();
      await world.look('audit-verified');
    });
  } finally {
    await place.close();
  }

  await suite.test('A route is seen, tried out without calling anything, switched off and on', async () => {
    await menu('Routes').click();
    await row('push-to-deploy').waitFor();
    await world.look('routes');
    await row('push-to-deploy').getByRole('button', { name: 'push-to-deploy' }).click();
    await dialog.getByText('uri: event:git.pushed').waitFor();
    await world.look('route');
    await page.keyboard.press('Escape');
    await row('push-to-deploy').getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Try it out' }).click();
    await dialog.getByLabel('Event, as JSON').fill('{"deploy": true, "app": "app:0"}');
    await dialog.getByRole('button', { name: 'Try it out' }).click();
    await dialog.getByText('It would call deployment.start with').waitFor();
    await world.look('route-trial');
    await page.keyboard.press('Escape');
    await row('push-to-deploy').getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Switch off' }).click();
    await dialog.getByRole('button', { name: 'Switch off' }).click();
    await row('push-to-deploy').getByText('Stopped').waitFor();
    await row('push-to-deploy').getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Switch on' }).click();
    await row('push-to-deploy').getByText('Running').waitFor();
    await page.getByRole('link', { name: 'Dead letters' }).click();
    await page.getByRole('heading', { name: 'No dead letters' }).waitFor();
    await world.look('dead-letters');
  });
}
