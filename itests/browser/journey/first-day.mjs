import assert from 'node:assert/strict';

/** From the link that `up` prints to a first app online. */
export default async function firstDay(suite, world) {
  const { page, person, eyes } = world;
  let link;

  await suite.test('up prints a link to become the owner', async () => {
    link = await world.panel.up();
    eyes.secret('the set-up token', new URL(link).searchParams.get('token'));
  });

  await suite.test('The link opens a form that has the token already', async () => {
    await page.goto(link);
    await page.getByRole('heading', { name: 'Make this panel yours' }).waitFor();
    assert.equal(await page.getByLabel('Set-up token').inputValue(), new URL(link).searchParams.get('token'));
  });

  await suite.test('A name, a team, an address and a password make the owner', async () => {
    await page.getByLabel('Your name').fill(person.name);
    await page.getByLabel('Team').fill(person.team);
    await page.getByLabel('Email').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Become the owner' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/');
  });

  await suite.test('The empty overview offers the sample app', async () => {
    await page.getByRole('button', { name: 'Deploy the sample app' }).waitFor();
    await world.look('overview-empty');
  });

  await suite.test('The sample app is online after two clicks', async () => {
    await page.getByRole('button', { name: 'Deploy the sample app' }).click();
    const open = page.getByRole('link', { name: 'Open', exact: true });
    await open.waitFor({ timeout: 60_000 });
    const { url, text } = await world.opened(() => open.click());
    assert.match(url, /localhost/);
    assert.ok(text.length > 0, 'the sample app answers an empty page');
  });
}
