import { Suite } from './lib/suite.mjs';
import { World } from './lib/world.mjs';
import app from './journey/app.mjs';
import everywhere from './journey/everywhere.mjs';
import firstDay from './journey/first-day.mjs';
import machine from './journey/machine.mjs';
import market from './journey/market.mjs';
import person from './journey/person.mjs';
import secondFactor from './journey/second-factor.mjs';
import secondPerson from './journey/second-person.mjs';
import talk from './journey/talk.mjs';

const JOURNEY = [firstDay, talk, app, secondPerson, machine, market, person, secondFactor, everywhere];

const suite = new Suite('browser', (sentence) => world?.keepPicture(sentence));
let world;

async function end(code) {
  await world?.close().catch((error) => console.error(error));
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => void end(130));
}

const begun = Date.now();
try {
  world = await World.make();
  for (const part of JOURNEY) {
    await part(suite, world);
  }
  suite.figure(`${world.eyes.pages} pages looked at, ${world.eyes.pictures} pictures`);
} catch (error) {
  suite.failed++;
  console.error(error);
}
await world?.close().catch((error) => console.error(error));
suite.figure(`${Math.round((Date.now() - begun) / 1000)} s`);
process.exit(suite.end());
