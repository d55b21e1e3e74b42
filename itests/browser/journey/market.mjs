import { Market } from '../lib/market.mjs';

/** A plugin comes from a marketplace, is used, and goes. */
export default async function market(suite, world) {
  const { page } = world;
  const menu = (name) => page.getByRole('complementary').getByRole('link', { name, exact: true });
  const row = (text) => page.getByRole('row').filter({ hasText: text });
  const dialog = page.getByRole('dialog');
  const place = await Market.open();
  world.eyes.names.push('acme', 'ada', 'Janitor', 'Clears away containers that ended');
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
}
