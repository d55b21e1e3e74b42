import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { root } from './panel.mjs';
import { run } from './process.mjs';

/** A marketplace made with the tool that comes with the panel, with the example plugin in it. */
export class Market {
  static async open() {
    const market = new Market();
    market.folder = await mkdtemp(join(tmpdir(), 'openpanel-market'));
    const keys = {};
    for (const name of ['root1', 'root2', 'index', 'ada']) {
      keys[name] = (await market.tool('keygen', market.key(name))).match(/public\s+(\S+)/)[1];
    }
    await market.tool('root', '--name', 'acme', '--root-key', keys.root1, '--root-key', keys.root2, '--index-key', keys.index);
    await market.tool('sign', '--key', market.key('root1'));
    await market.tool('sign', '--key', market.key('root2'));
    await market.tool('publish', join(root, 'marketplace/examples/janitor/target/janitor-1.0.0.jar'), '--publisher', 'ada', '--publisher-key', market.key('ada'),
      '--index-key', market.key('index'), '--summary', 'Clears away containers that ended');
    market.fingerprint = (await market.tool('verify')).match(/fingerprint ([0-9a-f]{64})/)[1];
    market.http = createServer((request, response) => void readFile(join(market.folder, 'files', normalize(request.url)))
      .then((file) => response.end(file), () => response.writeHead(404).end()));
    await new Promise((done) => market.http.listen(0, '127.0.0.1', done));
    market.url = `http://127.0.0.1:${market.http.address().port}/`;
    return market;
  }

  key(name) {
    return join(this.folder, name);
  }

  tool(...argv) {
    return run('java', ['-jar', join(root, 'marketplace/tool/target/openpanel-marketplace.jar'), '--folder', join(this.folder, 'files'), ...argv]);
  }

  async close() {
    this.http.close();
    await rm(this.folder, { recursive: true });
  }
}
