// Calls each route once by openapi-fetch, with the types that openapi-typescript makes.
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { paths } from './schema.js';

// A filter of columns is an object whose keys are parameters.
const client = createClient<paths>({ baseUrl: process.env.FUNCTION, querySerializer: { object: { style: 'form', explode: true } } });
const path = { title: 'Generated' };

const created = await client.POST('/sheets/{title}', { params: { path }, body: { id: 7, item: 'figs', qty: null } });
assert.equal(created.response.status, 201);
const merged = await client.POST('/sheets/{title}', {
  params: { path, query: { on_conflict: 'id' }, header: { Prefer: 'resolution=merge-duplicates' } }, body: [{ id: 7, qty: 1 }],
});
assert.equal(merged.response.status, 200);
const updated = await client.PATCH('/sheets/{title}', { params: { path, query: { column: { id: 'eq.7' } } }, body: { qty: 7 } });
assert.equal(updated.response.status, 200);

const listed = await client.GET('/sheets/{title}', {
  params: {
    path, header: { Prefer: 'count=exact' },
    query: {
      column: { qty: 'gt.3', item: 'neq.apple' }, or: ['(id.eq.7,id.eq.1)', '(qty.eq.7,qty.is.null)'],
      select: 'id,item', order: 'price.desc,id', limit: 10,
    },
  },
});
assert.deepEqual(listed.data, [{ id: 7, item: 'figs' }]);
assert.equal(listed.response.headers.get('Content-Range'), '0-0/1');
const wrong = await client.GET('/sheets/{title}', { params: { path, query: { column: { quantity: 'gt.3' } } } });
assert.match(wrong.error!.message, /quantity/);

const deleted = await client.DELETE('/sheets/{title}', { params: { path, query: { column: { id: 'eq.7' } } } });
assert.equal(deleted.response.status, 200);
assert.equal((await client.GET('/')).data!.title, 'Demo');
assert.equal((await client.GET('/health')).data!.status, 'ready');
assert.equal((await client.GET('/export', { params: { query: { format: 'csv' } }, parseAs: 'text' })).response.status, 200);
assert.equal((await client.GET('/openapi.yaml', { parseAs: 'text' })).response.status, 200);
const event = await client.POST('/events', {
  headers: { 'Content-Type': 'application/cloudevents+json' },
  body: { id: 'openapi-fetch', source: '/tests', type: 'test', specversion: '1.0', subject: path.title, data: { id: 11 } },
});
assert.equal(event.response.status, 204);
