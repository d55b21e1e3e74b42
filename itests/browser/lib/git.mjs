import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './process.mjs';

/** Git repositories over HTTP on loopback, by Git's own back end. */
export class GitServer {
  static async start() {
    const server = new GitServer();
    server.root = await mkdtemp(join(tmpdir(), 'openpanel-git'));
    server.http = createServer((request, response) => server.answer(request, response));
    await new Promise((done) => server.http.listen(0, '127.0.0.1', done));
    return server;
  }

  url(name) {
    return `http://127.0.0.1:${this.http.address().port}/${name}.git`;
  }

  /** Commits files (name → text) to the branch main; makes the repository at the first call. Answers the commit. */
  async commit(name, message, files) {
    const bare = join(this.root, `${name}.git`);
    const work = join(this.root, `${name}.work`);
    await git(this.root, 'init', '-q', '--bare', '-b', 'main', bare);
    await git(this.root, 'init', '-q', '-b', 'main', work);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(work, path)), { recursive: true });
      await writeFile(join(work, path), text);
    }
    await git(work, 'add', '-A');
    await git(work, '-c', 'user.name=Ana', '-c', 'user.email=ana@example.test', 'commit', '-q', '-m', message);
    await git(work, 'push', '-q', bare, 'main');
    return (await git(work, 'rev-parse', 'HEAD')).trim();
  }

  answer(request, response) {
    const url = new URL(request.url, 'http://localhost');
    const backend = spawn('git', ['http-backend'], { env: { ...process.env,
      GIT_PROJECT_ROOT: this.root, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: url.pathname, REQUEST_METHOD: request.method, QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '', HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '', GIT_PROTOCOL: request.headers['git-protocol'] ?? '',
    } });
    const chunks = [];
    request.pipe(backend.stdin);
    backend.stdin.on('error', () => undefined);
    backend.stdout.on('data', (chunk) => chunks.push(chunk));
    backend.on('close', () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf('\r\n\r\n');
      const headers = all.subarray(0, end).toString().split('\r\n').map((line) => line.split(/: */, 2));
      const status = headers.find(([name]) => name === 'Status')?.[1];
      response.writeHead(status ? Number.parseInt(status, 10) : 200, Object.fromEntries(headers.filter(([name]) => name !== 'Status')));
      response.end(all.subarray(end + 4));
    });
  }

  async close() {
    this.http.closeAllConnections();
    this.http.close();
    await rm(this.root, { recursive: true, force: true });
  }
}

const git = (directory, ...argv) => run('git', ['-C', directory, ...argv], { env: { GIT_CONFIG_NOSYSTEM: '1' } });
