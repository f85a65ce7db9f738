// Node's clients of Google Sheets, unchanged, against the emulator. The Go test
// TestNodeClients serves it and sets the variables.
import assert from 'node:assert/strict';
import test from 'node:test';

const { EMULATOR, SPREADSHEET_ID, PRIVATE_ID, TOKEN, BUSY_TOKEN } = process.env;

// google-spreadsheet has Google's addresses built in: its requests are sent to
// the emulator by the fetch that it finds. This comes before it is loaded.
const { fetch } = globalThis;
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const url = new URL(request.url);
  if (!url.hostname.endsWith('googleapis.com')) return fetch(request);
  const body = ['GET', 'HEAD'].includes(request.method) ? undefined : await request.arrayBuffer();
  return fetch(EMULATOR + url.pathname + url.search, { method: request.method, headers: request.headers, body });
};

const { google } = await import('googleapis');
const { OAuth2Client } = await import('google-auth-library');
const { GoogleSpreadsheet } = await import('google-spreadsheet');

function credentials(token) {
  const auth = new OAuth2Client();
  auth.setCredentials({ access_token: token });
  return auth;
}

// refused checks that an error of a client has the status.
const refused = (status) => (err) => {
  assert.equal(Number(err.response?.status ?? err.status ?? err.code), status, String(err));
  return true;
};

test('googleapis', async (t) => {
  const options = { version: 'v4', rootUrl: `${EMULATOR}/`, retry: false };
  const { spreadsheets } = google.sheets({ ...options, auth: credentials(TOKEN) });
  const spreadsheetId = SPREADSHEET_ID;

  await t.test('read', async () => {
    const { data } = await spreadsheets.values.get({ spreadsheetId, range: 'Orders!A1:B2' });
    assert.deepEqual(data.values, [['id', 'qty'], ['A-1', '3']]);
  });
  await t.test('append', async () => {
    const { data } = await spreadsheets.values.append({
      spreadsheetId, range: 'Orders!A1', valueInputOption: 'RAW', insertDataOption: 'INSERT_ROWS',
      requestBody: { values: [['A-2', 4]] },
    });
    assert.equal(data.updates.updatedRange, 'Orders!A3:B3');
  });
  await t.test('batch update', async () => {
    const { data } = await spreadsheets.batchUpdate({
      spreadsheetId, requestBody: { requests: [{ addSheet: { properties: { title: 'Made' } } }] },
    });
    assert.equal(data.replies[0].addSheet.properties.title, 'Made');
  });
  await t.test('formula', async () => {
    await spreadsheets.values.update({
      spreadsheetId, range: 'Orders!D1', valueInputOption: 'USER_ENTERED', requestBody: { values: [['=SUM(B2:B3)']] },
    });
    const { data } = await spreadsheets.values.get({ spreadsheetId, range: 'Orders!D1', valueRenderOption: 'UNFORMATTED_VALUE' });
    assert.deepEqual(data.values, [[7]]);
  });
  await t.test('permission error', async () => {
    await assert.rejects(spreadsheets.values.get({ spreadsheetId: PRIVATE_ID, range: 'A1' }), refused(403));
  });
  await t.test('quota', async () => {
    const busy = google.sheets({ ...options, auth: credentials(BUSY_TOKEN) }).spreadsheets;
    const read = () => busy.values.get({ spreadsheetId, range: 'Orders!A1' });
    for (let i = 0; i < 60; i++) await read();
    await assert.rejects(read, refused(429));
  });
  await t.test('Drive', async () => {
    const drive = google.drive({ version: 'v3', rootUrl: `${EMULATOR}/`, auth: credentials(TOKEN) });
    const { data } = await drive.files.list({ q: "name = 'Demo'", fields: 'files(id,name)' });
    assert.deepEqual(data.files, [{ id: SPREADSHEET_ID, name: 'Demo' }]);
    const csv = await drive.files.export({ fileId: SPREADSHEET_ID, mimeType: 'text/csv' }, { responseType: 'text' });
    assert.match(csv.data, /^id,qty/);
  });
});

test('google-spreadsheet', async (t) => {
  const file = new GoogleSpreadsheet(SPREADSHEET_ID, { token: TOKEN });

  await t.test('read', async () => {
    await file.loadInfo();
    assert.equal(file.title, 'Demo');
    const rows = await file.sheetsByTitle.Orders.getRows();
    assert.equal(rows[0].get('id'), 'A-1');
  });
  await t.test('append', async () => {
    const row = await file.sheetsByTitle.Orders.addRow({ id: 'A-3', qty: 5 });
    assert.equal(row.rowNumber, 4);
  });
  await t.test('batch update', async () => {
    const sheet = await file.addSheet({ title: 'Also made', headerValues: ['a', 'b'] });
    await sheet.updateProperties({ title: 'Renamed' });
    assert.equal(file.sheetsByTitle.Renamed.sheetId, sheet.sheetId);
    await sheet.delete();
  });
  await t.test('formula', async () => {
    const sheet = file.sheetsByTitle.Orders;
    await sheet.loadCells('E1:F1');
    const cell = sheet.getCellByA1('E1');
    cell.formula = '=1/0';
    await sheet.saveUpdatedCells();
    await sheet.loadCells('E1:F1');
    assert.equal(sheet.getCellByA1('E1').errorValue.type, 'DIVIDE_BY_ZERO');
  });
  await t.test('permission error', async () => {
    await assert.rejects(new GoogleSpreadsheet(PRIVATE_ID, { token: TOKEN }).loadInfo(), /403/);
  });
  await t.test('quota', async () => {
    await assert.rejects(new GoogleSpreadsheet(SPREADSHEET_ID, { token: BUSY_TOKEN }).loadInfo(), /429/);
  });
});
