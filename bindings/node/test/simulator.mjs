/** A simulated Genesys server for a test: the program that WEBCHAT_SIMULATOR names. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export async function simulator(t, ...options) {
  const program = process.env.WEBCHAT_SIMULATOR ?? 'webchat-simulator';
  const child = spawn(program, ['--port', '0', '--json', '--script', 'none', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(async () => {
    child.kill();
    await once(child, 'exit');
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { url, controlUrl } = JSON.parse(line);
  const control = async (method, path, body) => {
    const answer = await fetch(controlUrl + path, {
      method, body: body && JSON.stringify(body), headers: { 'content-type': 'application/json' },
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    url,
    config: { dataURL: url, pollRateMin: 250, pollRateMax: 250 },
    /** The agent of the latest chat acts: join, say, end, ... */
    agent: (action, body = {}) => control('POST', `/chats/latest/${action}`, body),
    fault: (kind, fault) => control('POST', '/faults', { kind, ...fault }),
    transcript: () => control('GET', '/chats/latest/transcript'),
    /** Waits for so many requests. */
    requests: (operation, count = 1) => control('GET', `/log?operation=${operation}&count=${count}&waitMs=30000`),
  };
}
