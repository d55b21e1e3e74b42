import assert from 'node:assert/strict';

/** From the link that `up` prints to a first app online. */
export default async function firstDay(suite, world) {
  const { page, person, eyes } = world;
  let link;

  await suite.test('up prints a link to become the owner', async () => {
    link = await world.panel.up();
  });

  await suite.test('The link opens a form that has the token already', async () => {
    await page.goto(link);
    await page.getByRole('heading', { name: 'Make this panel yours' }).waitFor();
    assert.equal(await page.getByLabel('Set-up token').inputValue(), new URL(link).hash.slice(1));
    await eyes.tabThrough(page, 'set-up', 8);
    await world.look('set-up');
    eyes.secret('the set-up token', new URL(link).hash.slice(1));
  });

  await suite.test('A password that is too short is refused beside its field', async () => {
    await page.getByLabel('Your name').fill(person.name);
    await page.getByLabel('Team').fill(person.team);
    await page.getByLabel('Email').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Become the owner' }).click();
    await page.getByText('Use at least 12 characters').waitFor();
  });

  await suite.test('A name, a team, an address and a password make the owner', async () => {
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Become the owner' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    assert.equal(page.url(), `${world.panel.url}/`, 'the token is still in the address');
  });

  await suite.test('The empty overview offers the sample app', async () => {
    await page.getByRole('button', { name: 'Deploy the sample app' }).waitFor();
    await world.look('overview-empty');
  });

  await suite.test('The sample app is online after two clicks', async () => {
    const begun = Date.now();
    await page.getByRole('button', { name: 'Deploy the sample app' }).click();
    const open = page.getByRole('link', { name: 'Open', exact: true });
    await open.waitFor({ timeout: 60_000 });
    suite.figure(`sample online in ${Date.now() - begun} ms`);
    const { url, text } = await world.opened(() => open.click());
    assert.match(url, new RegExp(`localhost:${world.panel.proxyPort}/`));
    assert.ok(text.length > 0, 'the sample app answers an empty page');
    await world.look('sample-job');
  });

  await suite.test('The overview shows the app, what was done and the steps that are left', async () => {
    await page.getByRole('link', { name: 'Overview' }).first().click();
    await page.getByRole('link', { name: /hello/ }).first().waitFor();
    await world.look('overview');
    await eyes.tabThrough(page, 'overview', 20);
  });
}
