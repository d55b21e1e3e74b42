// What Maven runs: installs the locked packages and builds, each only when its sources changed since the last time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '..');
const stamps = join(here, 'target');
mkdirSync(stamps, { recursive: true });

function digest(paths) {
  const hash = createHash('sha256');
  const walk = (path) => {
    if (!existsSync(path)) {
      return;
    }
    if (statSync(path).isDirectory()) {
      readdirSync(path).sort().forEach((name) => walk(join(path, name)));
      return;
    }
    hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
  };
  paths.forEach(walk);
  return hash.digest('hex');
}

function unlessDone(stamp, sources, proof, work) {
  const file = join(stamps, `${stamp}.digest`);
  const now = digest(sources);
  if (existsSync(proof) && existsSync(file) && readFileSync(file, 'utf8') === now) {
    return;
  }
  work();
  writeFileSync(file, now);
}

function run(executable, ...args) {
  // npm of the same installation as this Node, so that one path is enough.
  const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  const { status, error } = spawnSync(executable, args, { cwd: here, stdio: 'inherit', env: { ...process.env, PATH: path } });
  if (status !== 0) {
    console.error(`${executable} ${args.join(' ')} ended with ${error?.message ?? status}`);
    process.exit(1);
  }
}

const webs = readdirSync(root).filter((name) => name.endsWith('-bundle')).sort().map((name) => join(root, name, 'src/main/web'));
unlessDone('packages', [join(here, 'package-lock.json')], join(here, 'node_modules/vite'), () => run('npm', 'ci', '--no-audit', '--no-fund'));
unlessDone('build', [join(here, 'src'), join(here, 'index.html'), join(here, 'build.mjs'), join(here, 'package-lock.json'), ...webs],
  join(here, 'target/console/index.html'), () => {
    run(process.execPath, 'node_modules/typescript/bin/tsc', '--noEmit');
    run(process.execPath, 'build.mjs');
  });
