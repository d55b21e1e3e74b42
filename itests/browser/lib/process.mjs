import { spawn } from 'node:child_process';

/** Runs a program to its end; answers what it printed, or says why it failed. */
export function run(program, argv, { env = {}, cwd, input } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    const hear = (chunk) => { output += chunk; };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject);
    // Not "close": what a launcher leaves running keeps its output open.
    child.on('exit', (code) => setTimeout(() => (code === 0 ? resolve(output) : reject(new Error(`${program} ${argv.join(' ')} ended with ${code}: ${output}`))), 50));
    child.stdin.end(input);
  });
}
