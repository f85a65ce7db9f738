// Calls each route once by the client that hey-api generates.
import assert from 'node:assert/strict';
import { client } from './hey-api/client.gen.js';
import { deleteRows, describe, describeApi, export_ as exportFile, health, insertRows, listRows, receiveEvent, updateRows } from './hey-api/sdk.gen.js';

client.setConfig({ baseUrl: process.env.FUNCTION });
const path = { title: 'Generated' };

assert.equal((await insertRows({ path, body: { id: 8, item: 'grapes', qty: null } })).response!.status, 201);
const merged = await insertRows({ path, query: { on_conflict: 'id' }, headers: { Prefer: 'resolution=merge-duplicates' }, body: [{ id: 8, qty: 1 }] });
assert.equal(merged.response!.status, 200);
assert.equal((await updateRows({ path, query: { column: { id: 'eq.8' } }, body: { qty: 7 } })).response!.status, 200);

const listed = await listRows({
  path, headers: { Prefer: 'count=exact' },
  query: {
    column: { qty: 'gt.3', item: 'neq.apple' }, or: ['(id.eq.8,id.eq.1)', '(qty.eq.7,qty.is.null)'],
    select: 'id,item', order: 'price.desc,id', limit: 10,
  },
});
assert.deepEqual(listed.data, [{ id: 8, item: 'grapes' }]);
assert.equal(listed.response!.headers.get('Content-Range'), '0-0/1');
const wrong = await listRows({ path, query: { column: { quantity: 'gt.3' } } });
assert.match((wrong.error as { message: string }).message, /quantity/);

assert.equal((await deleteRows({ path, query: { column: { id: 'eq.8' } } })).response!.status, 200);
assert.equal((await describe()).data!.title, 'Demo');
assert.equal((await health()).data!.status, 'ready');
assert.equal((await exportFile({ query: { format: 'csv' } })).response!.status, 200);
assert.equal((await describeApi()).response!.status, 200);
const event = await receiveEvent({
  headers: { 'Content-Type': 'application/cloudevents+json' } as Record<string, string>,
  body: { id: 'hey-api', source: '/tests', type: 'test', specversion: '1.0', subject: path.title, data: { id: 12 } },
});
assert.equal(event.response!.status, 204);
