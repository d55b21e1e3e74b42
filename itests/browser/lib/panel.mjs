import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from './process.mjs';

export const root = resolve(import.meta.dirname, '../../..');

/** A panel of its own, started by the launcher in a scratch home on free ports, with nobody as its owner yet. */
export class Panel {
  constructor(home, ports) {
    this.home = home;
    this.port = ports[0];
    this.proxyPort = ports[1];
    this.environment = {
      OPENPANEL_OWNER_EMAIL: '', OPENPANEL_OWNER_PASSWORD: '', OPENPANEL_ADDRESS: '127.0.0.1',
      OPENPANEL_PANEL_TLS_PORT: String(ports[2]), OPENPANEL_PROXY_TLS_PORT: String(ports[3]), OPENPANEL_SAMPLE_IMAGE: 'openpanel-test/busybox:1',
      OPENPANEL_CALLS_PER_MINUTE: '0',
    };
  }

  static async make() {
    const parent = join(tmpdir(), 'openpanel-itests');
    await mkdir(parent, { recursive: true });
    const home = await mkdtemp(join(parent, 'home'));
    // The panel's and the proxy's users must reach their parts of it.
    await Promise.all([parent, home].map((directory) => chmod(directory, 0o755)));
    return new Panel(home, await freePorts(4));
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  launcher(...argv) {
    return run(join(root, 'openpanel'), argv, { env: this.environment });
  }

  /** Answers the link that `up` printed for becoming the owner. */
  async up() {
    const said = await this.launcher('up', '--yes', '--detach', '--home', this.home, '--port', String(this.port), '--proxy-port', String(this.proxyPort));
    const link = /http:\/\/\S+\/setup#\S+/.exec(said)?.[0];
    if (!link) {
      throw new Error(`"openpanel up" printed no set-up link: ${said}`);
    }
    return link;
  }

  /** Sends the owner's requests without the browser: for cleaning up. */
  async api(method, path, token, body) {
    const response = await fetch(this.url + path, { method, signal: AbortSignal.timeout(60_000),
      headers: { ...(body ? { 'Content-Type': 'application/json' } : {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) }, body: body && JSON.stringify(body) });
    if (!response.ok) {
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    }
    return response.json().catch(() => undefined);
  }

  /** The product leaves apps running when it goes, so they are removed first. */
  async removeApps({ email, password }) {
    const { accessToken } = await this.api('POST', '/api/v1/sessions', undefined, { email, password });
    const { items } = await this.api('GET', '/api/v1/projects', accessToken);
    for (const { name } of items) {
      await this.api('DELETE', `/api/v1/projects/${name}?confirm=${name}`, accessToken);
    }
  }

  async close(owner) {
    await this.removeApps(owner).catch((error) => console.error(`The apps of ${this.home} stay: ${error.message}`));
    await this.launcher('stop', '--all', '--home', this.home).catch((error) => console.error(error.message));
    await rm(this.home, { recursive: true, force: true });
  }
}

async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((done, failed) => {
    const server = createServer().once('error', failed).listen(0, '127.0.0.1', () => done(server));
  })));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
