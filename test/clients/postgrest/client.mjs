// PostgREST's JavaScript client, unchanged, against the function. The Go test
// TestPostgRESTClient serves it and sets FUNCTION.
import assert from 'node:assert/strict';
import test from 'node:test';
import { PostgrestClient } from '@supabase/postgrest-js';

const db = new PostgrestClient(`${process.env.FUNCTION}/sheets`);

// rows returns what a request answers, which must succeed.
async function rows(request) {
  const { data, error } = await request;
  assert.equal(error, null, JSON.stringify(error));
  return data;
}

// ids returns the column id of what a request answers.
const ids = async (request) => (await rows(request)).map(({ id }) => id);

// refused returns the error of a request that must fail with this status.
async function refused(status, request) {
  const { data, error, status: got } = await request;
  assert.equal(data, null);
  assert.equal(got, status, JSON.stringify(error));
  for (const member of ['code', 'message']) assert.equal(typeof error[member], 'string', member);
  return error;
}

const stock = () => db.from('Stock').select('id');

test('select', async (t) => {
  for (const [name, request, want] of [
    ['eq', stock().eq('item', 'apple'), [1]],
    ['neq', stock().neq('item', 'apple'), [2, 3, 4]],
    ['neq leaves out blanks', stock().neq('qty', 2), [1, 4]],
    ['gt', stock().gt('qty', 2), [1, 4]],
    ['gte', stock().gte('qty', 2), [1, 2, 4]],
    ['lt', stock().lt('price', 3), [1, 4]],
    ['lte', stock().lte('price', 3), [1, 2, 4]],
    ['gt of dates', stock().gt('ordered', '2026-03-02'), [2, 4]],
    ['like', stock().like('item', 'Apple%'), [3]],
    ['like with the other wildcard', stock().like('item', '*a*'), [1, 2]],
    ['ilike', stock().ilike('item', 'APPLE%'), [1, 3]],
    ['likeAllOf', stock().likeAllOf('item', ['%p%', 'a%']), [1]],
    ['likeAnyOf', stock().likeAnyOf('item', ['b%', 'a%']), [1, 2, 4]],
    ['ilikeAllOf', stock().ilikeAllOf('item', ['A%', '%E']), [1, 3]],
    ['ilikeAnyOf', stock().ilikeAnyOf('item', ['BREAD', '%PIE']), [2, 3]],
    ['match of a pattern', stock().regexMatch('item', '^[A-Z]'), [3]],
    ['imatch', stock().regexIMatch('item', '^APP'), [1, 3]],
    ['is null', stock().is('qty', null), [3]],
    ['is true', stock().is('sold', true), [1, 3]],
    ['in', stock().in('item', ['apple', 'b,c']), [1, 4]],
    ['notIn', stock().notIn('id', [1, 2]), [3, 4]],
    ['not', stock().not('item', 'ilike', 'apple%'), [2, 4]],
    ['not is null', stock().not('qty', 'is', null), [1, 2, 4]],
    ['match of columns', stock().match({ sold: true, item: 'apple' }), [1]],
    ['a column twice', stock().gt('id', 1).lt('id', 4), [2, 3]],
    ['filter', stock().filter('qty', 'gte', 7), [1, 4]],
    ['or', stock().or('qty.lt.3,item.ilike.*pie'), [2, 3]],
    ['or, and, not nested', stock().or('id.eq.4,and(sold.is.true,not.or(qty.is.null,qty.gt.20))'), [1, 4]],
    ['a name with a blank', stock().eq('Unit Price', 2), [2, 4]],
    ['order', stock().order('price'), [1, 4, 2, 3]],
    ['order descending, blanks last', stock().order('qty', { ascending: false, nullsFirst: false }), [1, 4, 2, 3]],
    ['order with blanks first', stock().order('qty', { nullsFirst: true }), [3, 2, 4, 1]],
    ['order by several', stock().order('Unit Price', { ascending: false }).order('id', { ascending: false }), [3, 4, 2, 1]],
    ['limit', stock().limit(2), [1, 2]],
    ['range', stock().range(1, 2), [2, 3]],
  ]) {
    await t.test(name, async () => assert.deepEqual(await ids(request), want));
  }
  await t.test('columns', async () => {
    assert.deepEqual(await rows(db.from('Stock').select('item,total:price').eq('id', 1)), [{ item: 'apple', total: 0.5 }]);
  });
  await t.test('all columns, dates in ISO 8601, blanks null', async () => {
    assert.deepEqual(await rows(db.from('Stock').select().in('id', [1, 3])), [
      { id: 1, item: 'apple', qty: 12, price: 0.5, sold: true, ordered: '2026-03-02', 'Unit Price': 1 },
      { id: 3, item: 'Apple pie', qty: null, price: 7.25, sold: true, ordered: null, 'Unit Price': 3 },
    ]);
  });
  await t.test('aggregates', async () => {
    assert.deepEqual(await rows(db.from('Stock').select('sold,price.sum(),n:count()').order('sold')), [
      { sold: false, sum: 3, n: 1 }, { sold: true, sum: 7.75, n: 2 }, { sold: null, sum: 1, n: 1 },
    ]);
  });
  await t.test('count exact', async () => {
    const { data, count, status } = await db.from('Stock').select('id', { count: 'exact' }).gt('id', 1).range(0, 1);
    assert.deepEqual([data.length, count, status], [2, 3, 206]);
  });
  await t.test('head', async () => {
    const { data, count, status } = await db.from('Stock').select('*', { count: 'exact', head: true });
    assert.deepEqual([data, count, status], [null, 4, 200]);
  });
  await t.test('an offset beyond the end', async () => {
    await refused(416, db.from('Stock').select('id', { count: 'exact' }).range(50, 59));
  });
  await t.test('single', async () => {
    assert.deepEqual(await rows(stock().eq('id', 2).single()), { id: 2 });
    assert.equal((await refused(406, stock().single())).code, 'PGRST116');
    assert.match((await refused(406, stock().eq('id', 9).single())).details, /contains 0 rows/);
  });
  await t.test('maybeSingle', async () => {
    assert.deepEqual(await rows(stock().eq('id', 2).maybeSingle()), { id: 2 });
    assert.equal(await rows(stock().eq('id', 9).maybeSingle()), null);
    const { error } = await stock().maybeSingle();
    assert.equal(error.code, 'PGRST116');
  });
  await t.test('csv', async () => {
    assert.equal(await rows(db.from('Stock').select('id,item').gt('id', 2).csv()), 'id,item\r\n3,Apple pie\r\n4,"b,c"\r\n');
  });
  await t.test('a title with a blank and an apostrophe', async () => {
    assert.deepEqual(await ids(db.from("My Sheet's").select('id').limit(1)), [1]);
  });
});

test('insert', async (t) => {
  const all = () => db.from('Insert').select('id,item').gt('id', 4);
  await t.test('one', async () => {
    const { error, status } = await db.from('Insert').insert({ id: 5, item: 'dates' });
    assert.deepEqual([error, status], [null, 201]);
    assert.deepEqual(await rows(all()), [{ id: 5, item: 'dates' }]);
  });
  await t.test('one, and select it', async () => {
    assert.deepEqual(await rows(db.from('Insert').insert({ id: 6, item: 'eggs' }).select('item').single()), { item: 'eggs' });
  });
  await t.test('many, and select them', async () => {
    const stored = await rows(db.from('Insert').insert([{ id: 7, ordered: '2026-03-23' }, { id: 8, item: 'figs' }]).select());
    assert.deepEqual(stored.map(({ id, item, ordered }) => [id, item, ordered]), [[7, null, '2026-03-23'], [8, 'figs', null]]);
  });
  await t.test('missing columns by default, counted', async () => {
    const { count, error } = await db.from('Insert').insert([{ id: 9 }], { count: 'exact', defaultToNull: false });
    assert.deepEqual([count, error], [1, null]);
  });
  await t.test('single of two stores nothing', async () => {
    assert.equal((await refused(406, db.from('Insert').insert([{ id: 10 }, { id: 11 }]).select().single())).code, 'PGRST116');
    assert.deepEqual(await ids(all().gt('id', 9)), []);
  });
});

test('upsert', async (t) => {
  const one = (id) => db.from('Upsert').select('id,item,qty').eq('id', id);
  await t.test('merge', async () => {
    const stored = await rows(db.from('Upsert').upsert([{ id: 2, item: 'cake' }, { id: 5, item: 'dates' }], { onConflict: 'id' }).select('id,item,qty'));
    assert.deepEqual(stored, [{ id: 2, item: 'cake', qty: 2 }, { id: 5, item: 'dates', qty: null }]);
    assert.deepEqual(await rows(one(2)), [{ id: 2, item: 'cake', qty: 2 }]);
  });
  await t.test('ignore', async () => {
    const stored = await rows(db.from('Upsert').upsert([{ id: 1, item: 'x' }, { id: 6, item: 'eggs' }], { onConflict: 'id', ignoreDuplicates: true }).select('id'));
    assert.deepEqual(stored, [{ id: 6 }]);
    assert.deepEqual(await rows(one(1)), [{ id: 1, item: 'apple', qty: 12 }]);
  });
  await t.test('several columns are the key', async () => {
    await rows(db.from('Upsert').upsert({ id: 1, item: 'apple', qty: 13 }, { onConflict: 'id,item' }));
    assert.deepEqual(await rows(one(1)), [{ id: 1, item: 'apple', qty: 13 }]);
  });
  await t.test('without a key', async () => {
    assert.match((await refused(400, db.from('Upsert').upsert({ id: 1 }))).hint, /on_conflict=/);
  });
});

test('update', async (t) => {
  await t.test('and select', async () => {
    assert.deepEqual(await rows(db.from('Update').update({ qty: 5 }).eq('id', 2).select('id,qty')), [{ id: 2, qty: 5 }]);
  });
  await t.test('a number of rows', async () => {
    const { count, error } = await db.from('Update').update({ price: 1 }, { count: 'exact' }).eq('sold', true);
    assert.deepEqual([count, error], [2, null]);
  });
  await t.test('none', async () => {
    assert.deepEqual(await rows(db.from('Update').update({ qty: 5 }).eq('id', 99).select()), []);
    assert.equal((await refused(406, db.from('Update').update({ qty: 5 }).eq('id', 99).select().single())).code, 'PGRST116');
  });
  await t.test('single of many changes nothing', async () => {
    assert.equal((await refused(406, db.from('Update').update({ qty: 77 }).gt('id', 0).select().single())).code, 'PGRST116');
    assert.deepEqual(await ids(db.from('Update').select('id').eq('qty', 77)), []);
  });
  await t.test('max-affected', async () => {
    const error = await refused(400, db.from('Update').update({ qty: 78 }).gt('id', 0).maxAffected(2));
    assert.match(error.message, /match/);
    assert.deepEqual(await ids(db.from('Update').select('id').eq('qty', 78)), []);
    await rows(db.from('Update').update({ qty: 78 }).lt('id', 3).maxAffected(2));
  });
  await t.test('without a filter', async () => {
    assert.ok((await refused(400, db.from('Update').update({ qty: 1 }))).hint);
  });
});

test('delete', async (t) => {
  await t.test('and select', async () => {
    assert.deepEqual(await rows(db.from('Delete').delete().eq('id', 2).select('id,item')), [{ id: 2, item: 'bread' }]);
    assert.deepEqual(await ids(db.from('Delete').select('id')), [1, 3, 4]);
  });
  await t.test('counted', async () => {
    const { count, status } = await db.from('Delete').delete({ count: 'exact' }).in('id', [3, 4]);
    assert.deepEqual([count, status], [2, 200]);
  });
});

test('rollback', async () => {
  const stored = await rows(db.from('Rollback').update({ qty: 1 }).eq('id', 1).rollback().select('id,qty'));
  assert.deepEqual(stored, [{ id: 1, qty: 1 }]);
  await rows(db.from('Rollback').insert({ id: 5 }).rollback());
  await rows(db.from('Rollback').delete().eq('id', 1).rollback());
  assert.deepEqual(await rows(db.from('Rollback').select('id,qty')), [{ id: 1, qty: 12 }, { id: 2, qty: 2 }, { id: 3, qty: null }, { id: 4, qty: 7 }]);
});

test('errors', async (t) => {
  for (const [name, status, request, message, hint] of [
    ['no such sheet', 404, db.from('Stok').select(), /no sheet "Stok"/, /"Stock"/],
    ['no such column', 400, db.from('Stock').select('idd'), /no column "idd"/],
    ['no such column in a condition', 400, stock().eq('qt', 1), /no column "qt"/],
    ['no operator', 400, stock().filter('qty', '3', ''), /operator/],
    ['full-text search', 400, stock().textSearch('item', 'apple'), /full-text search/],
    ['arrays', 400, stock().contains('item', ['a']), /arrays/],
    ['embedding', 400, db.from('Stock').select('id,Orders(id)'), /.*/, /embedding/],
    ['a cast', 400, db.from('Stock').select('id::text'), /.*/, /cast/],
    ['a plan', 406, stock().explain(), /vnd.pgrst.plan/],
    ['an estimated count', 400, db.from('Stock').select('id', { count: 'estimated' }), /count=estimated/],
    ['a procedure', 404, db.rpc('add', { a: 1 }), /route/],
  ]) {
    await t.test(name, async () => {
      const error = await refused(status, request);
      assert.match(error.message, message);
      if (hint) assert.match(error.hint, hint);
    });
  }
});
