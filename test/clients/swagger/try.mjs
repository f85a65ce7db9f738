// Opens Swagger UI in Chromium, and tries each operation as a person does: "Try it out",
// the values of the examples, "Execute". The Go test TestSwaggerUI serves the page and the
// function, and sets PAGE.
import assert from 'node:assert/strict';
import puppeteer from 'puppeteer-core';

// Statuses of the operations that do not answer 200.
const statuses = { insertRows: '201', receiveEvent: '204' };

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
try {
  const page = await browser.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(process.env.PAGE);
  await page.waitForSelector('.opblock');
  const ids = await page.$$eval('.opblock', (blocks) => blocks.map((block) => block.id));
  for (const id of ids) {
    const name = id.split('-').at(-1);
    const { answer, url } = await tryOperation(await page.$(`#${id}`));
    console.log(`${name}: ${answer.split('\n')[0]} ${url}`);
    assert.ok(answer.startsWith(statuses[name] ?? '200'), `${name} ${url}: ${answer}`);
  }
  assert.ok(ids.length >= 9, `operations: ${ids}`);
  assert.equal(await page.$('.errors-wrapper'), null, 'Swagger UI shows errors of the document');
  assert.deepEqual(faults, []);
} finally {
  await browser.close();
}

// tryOperation tries an operation, and returns the answer as it is shown, and the URL.
async function tryOperation(block) {
  for (const button of ['.opblock-summary-control', '.try-out__btn', '.btn.execute']) {
    await (await block.waitForSelector(button)).evaluate((element) => element.click());
  }
  const answer = await block.waitForSelector('.live-responses-table tbody .response');
  const text = (element) => element.innerText;
  return { answer: await answer.evaluate(text), url: await block.$eval('.request-url pre', text) };
}
