import assert from 'node:assert/strict';
import { until } from '../lib/world.mjs';

const BIA = { name: 'Bia Reis', email: 'bia@example.test', password: 'nine lazy harbours and a boat' };

/** What people say about a deployment, and how the other one hears of it. */
export default async function talk(suite, world) {
  const { page, panel, eyes, person: me } = world;
  eyes.names.push(BIA.name, BIA.email, 'shop / hello');
  const thread = page.getByRole('list', { name: 'Comments' });
  const editor = page.getByRole('combobox', { name: 'Write a comment' });
  let deployment;
  let token;

  await suite.test('A comment mentions somebody who may see it, and shows a tag as the text it is', async () => {
    const mine = (await panel.api('POST', '/api/v1/sessions', undefined, { email: me.email, password: me.password })).accessToken;
    const invitation = await panel.api('POST', '/api/v1/invitations', mine, { email: BIA.email, role: 'developer' });
    assert.equal(invitation.mailed, false, 'nothing sends e-mail here');
    ({ session: { accessToken: token } } = await panel.api('POST', '/api/v1/invitations/accept', undefined, { token: invitation.token, name: BIA.name, password: BIA.password }));
    const { items } = await panel.api('GET', '/api/v1/apps', token);
    deployment = items[0].latest.deployment;

    await world.go(`/deployments/${deployment.slice('deployment:'.length)}`);
    await editor.waitFor();
    await editor.fill('Well done **everybody** <img src=x onerror=alert(1)> ');
    await editor.press('End');
    await editor.pressSequentially('@bi');
    await page.getByRole('option', { name: BIA.name }).waitFor();
    await editor.press('Enter');
    await page.getByRole('button', { name: 'Comment', exact: true }).click();
    await thread.locator('.mention', { hasText: `@${BIA.name}` }).waitFor();
    assert.equal(await thread.locator('img').count(), 0);
    assert.match(await thread.innerText(), /<img src=x onerror=alert\(1\)>/);
    await world.look('deployment-comments');
  });

  await suite.test('The bell rings for who is mentioned, and leads there', async () => {
    const told = async () => (await panel.api('GET', '/api/v1/notifications', token)).items;
    await until('Bia is told', async () => (await told()).some((each) => each.kind === 'mention'));
    await panel.api('POST', '/api/v1/comments', token, { resource: deployment, text: `Thank you, @${me.email}` });

    // The sample's own deployment was told before.
    const bell = page.getByRole('link', { name: /^\d notifications? to read$/ });
    await bell.waitFor();
    await bell.click();
    await page.getByRole('button', { name: /^Bia Reis mentioned you on/ }).waitFor();
    await world.look('notifications');
    await page.getByRole('button', { name: /^Bia Reis mentioned you on/ }).click();
    await page.waitForURL(`**/deployments/${deployment.slice('deployment:'.length)}`);
    await page.getByRole('heading', { name: 'Comments' }).waitFor();
  });

  await suite.test('The activity of the team and of an app is there, and can be narrowed', async () => {
    await world.go('/activity');
    const feed = page.getByRole('list', { name: 'Activity' });
    await feed.getByText('commented on').first().waitFor();
    await world.look('activity');
    await world.go('/activity?kind=deployment');
    await feed.getByText('deployed').first().waitFor();
    assert.equal(await feed.getByText('commented on').count(), 0);
    await world.go('/settings/notifications');
    await page.getByText('Somebody mentions you').waitFor();
    await world.look('notification-preferences');
  });
}
