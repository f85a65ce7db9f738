// Tries each operation in Swagger UI, by a headless Chromium, with the examples of
// openapi.yaml: the page fills them in. The argument is the browser's path.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import puppeteer from 'puppeteer-core';

const { FUNCTION } = process.env;
const { getAbsoluteFSPath } = createRequire(import.meta.url)('swagger-ui-dist');

const page = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/ui/swagger-ui.css"><div id="ui"></div><script src="/ui/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({ url: '/openapi.yaml', dom_id: '#ui', docExpansion: 'full' })</script>`;

// The page and the function have one origin, so that CORS has no part in it.
const server = createServer(async (request, response) => {
  if (request.url === '/ui/') return response.setHeader('Content-Type', 'text/html').end(page);
  if (request.url.startsWith('/ui/')) return response.end(await readFile(getAbsoluteFSPath() + request.url.slice(3)).catch(() => ''));
  const body = [];
  for await (const part of request) body.push(part);
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !['host', 'connection', 'content-length', 'origin'].includes(name) && !name.startsWith('sec-')));
  const answer = await fetch(FUNCTION + request.url, { method: request.method, headers, body: body.length ? Buffer.concat(body) : undefined });
  response.writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type') ?? '' }).end(Buffer.from(await answer.arrayBuffer()));
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const browser = await puppeteer.launch({ executablePath: process.argv[2], args: ['--no-sandbox'] });
try {
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${server.address().port}/ui/`);
  await tab.waitForSelector('.opblock .try-out__btn', { timeout: 120_000 });
  const operations = await tab.$$('.opblock');
  assert.ok(operations.length > 0, 'no operations');
  for (const operation of operations) {
    const name = await operation.$eval('.opblock-summary-method', (e) => e.textContent) + ' ' + await operation.$eval('.opblock-summary-path', (e) => e.textContent);
    await operation.$eval('.try-out__btn', (button) => button.click());
    const execute = await operation.waitForSelector('.execute', { timeout: 10_000 });
    await execute.evaluate((button) => button.click());
    const status = await operation.waitForSelector('.live-responses-table tr.response .response-col_status', { timeout: 60_000 }).catch(() => null);
    const url = await operation.$eval('.request-url pre', (e) => e.textContent).catch(() => 'no request: a parameter cannot be filled in');
    const code = status ? (await status.evaluate((e) => e.textContent)).trim() : 'none';
    console.log(name, url, code);
    if (!/^2/.test(code)) {
      console.error(await operation.$eval('.live-responses-table', (e) => e.textContent).catch(() => 'no response'));
      process.exitCode = 1;
    }
  }
} finally {
  await browser.close();
  server.close();
}
