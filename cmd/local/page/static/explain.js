// Why a call was served or refused, in words. Nothing here touches the page.
import { list, short, shorts } from './dom.js';

/** Marks names as code; why.js shows it. */
const code = (names) => names.map((name) => `\`${name}\``);

const apis = { sheets: 'Google Sheets API', drive: 'Google Drive API', iamcredentials: 'IAM Service Account Credentials API' };

export const apiOf = (call) => apis[call.call.split('.')[0]];

/** The method, with as much of its name as is needed. */
export const methodOf = (call) => call.call.replace(/^sheets\.(spreadsheets\.(?=\w+\.))?/, '').replace(/^drive\./, '') || `${call.method} ${call.path}`;

const roles = { reader: 'Viewer', commenter: 'Commenter', writer: 'Editor', owner: 'Owner' };
export const roleName = (role) => roles[role] ?? 'no role';

const order = ['token', 'api', 'scope', 'quota', 'sharing'];
const titles = { token: 'Token', api: 'API', scope: 'Scope', quota: 'Quota', sharing: 'Sharing' };

/** Whether the five checks apply to a call: those to the metadata server have none. */
export const isChecked = (call) => Boolean(apiOf(call));

/** The checks of a call in the order in which Google makes them, each with its result:
 * ok, no (it refused the call) or off (not reached). */
export function gates(call, token, state) {
  const refused = order.indexOf(call.refused ?? '');
  const unknown = call.fault && !call.accepted; // a fault answered before the first check
  return order.map((name, i) => {
    let result = 'ok';
    if (unknown || (refused >= 0 && i > refused)) result = 'off';
    else if (i === refused) result = 'no';
    else if (name === 'sharing' && !call.needed) result = 'off';
    return { name, title: titles[name], result, ...texts[name](call, result, token, state) };
  });
}

const texts = {
  token(call, result, token) {
    if (result === 'off') return { text: 'not checked' };
    if (result === 'no' && token?.federated) return { text: `#${call.token} is a federated token of ${token.account}`, tags: [] };
    if (result === 'no') return { text: 'no valid token' };
    return { text: `#${call.token} of ${call.account}` };
  },
  api(call, result) {
    if (result === 'off') return { text: 'not checked' };
    return { text: result === 'no' ? `the ${apiOf(call)} is disabled in the account’s project` : `the ${apiOf(call)} is enabled` };
  },
  scope(call, result) {
    if (result === 'off') return { text: 'not checked' };
    const accepted = shorts(call.accepted);
    return {
      text: result === 'no' ? 'none of the token’s scopes is accepted' : 'one is enough',
      has: shorts(call.scopes), match: call.scope && short(call.scope), accepted,
    };
  },
  quota(call, result) {
    if (result === 'off' || !call.bucket) return { text: 'not checked' };
    const what = `${call.bucket.replace(' per minute per user', '')} of the account in this minute`;
    if (result === 'no') return { text: `all ${call.limit} ${what} are used` };
    return { text: `${what}: ${call.used}${call.limit ? ` of ${call.limit}` : '; no limit is set here'}` };
  },
  sharing(call, result) {
    if (result === 'off') return { text: call.needed || call.refused ? 'not checked' : 'needs no file' };
    const needs = `needs ${roleName(call.needed)}`;
    return { text: `${call.account} is ${call.role ? roleName(call.role) : 'not on the list of people'}; ${needs}` };
  },
};

/** What the result of a call means, as paragraphs. */
export function reasons(call, token, state) {
  if (call.fault) return faultReasons(call);
  if (!isChecked(call)) return tokenReasons(call, token);
  return (refusals[call.refused] ?? served)(call, token, state);
}

function served(call) {
  if (call.status >= 400) return [`All checks let the call pass. Google answered ${call.status} for another reason: see its body in Requests.`];
  if (call.status === 0) return ['All checks let the call pass, and no answer reached the function.'];
  return [`The token has ${code([short(call.scope ?? '')])}, which this method accepts, and the spreadsheet is shared with the token’s account. Both are needed: a scope limits what a token may do, sharing decides with which files.`];
}

const refusals = {
  token(call, token) {
    if (token?.federated) {
      return ['The workload has no Google service account. Its token is a federated one: Sheets and Drive do not accept that type, whatever scopes were requested.',
        'Let the workload act as a service account (Workload Identity with an annotation), or set IMPERSONATE.'];
    }
    return ['The call had no token, or one that Google did not issue or that has expired.'];
  },
  api(call) {
    return [`The service account belongs to a project in which the ${apiOf(call)} is not enabled. It is enabled once for each project, whoever owns the spreadsheet.`];
  },
  scope(call, token, state) {
    const has = shorts(call.scopes);
    const out = [`A token carries a list of scopes: what it may be used for. This one has ${list(code(has)) || 'none'}. The method ${methodOf(call)} accepts ${list(code(shorts(call.accepted)), 'or')}. None of these is in the token, so Google refuses before it checks who the spreadsheet is shared with: sharing it with more people does not help.`];
    const missed = shorts(token?.requested).filter((s) => !has.includes(s));
    if (missed.length) {
      out.push(`The function requested ${list(code(missed))}. This platform (${state?.platform}) ignores what is requested: the tokens of a virtual machine have the scopes that the machine was created with.`);
    } else if (has.includes('cloud-platform')) {
      out.push('`cloud-platform` is the default: the metadata server grants it when a program does not name the scopes it needs. Despite its name it covers Google Cloud only. Sheets and Drive are Google Workspace, which it does not cover. Name `spreadsheets` when the token is requested (`?scopes=…`): no key file and no consent screen are needed.');
    }
    return out;
  },
  quota(call) {
    return [`Google allows ${call.limit} ${call.bucket}, counted for the account, whichever program makes the calls. It is refilled every minute: wait, read less often, and write many rows in one call.`];
  },
  sharing(call) {
    if (call.role) return [`The spreadsheet is shared with ${call.account} as ${roleName(call.role)}. That is enough for reading, and this method writes: it needs ${roleName(call.needed)}. The scope is right.`];
    return [`The scope is right, but nobody has shared the spreadsheet with ${call.account}. The function does not act as you: it acts as its service account, which needs to be on the spreadsheet’s list of people like any person.`];
  },
};

function faultReasons(call) {
  if (call.call === 'metadata.token') return ['The metadata server is switched off here. The function gets its tokens from it, and without a token it makes no call to Google. It repeats the request for ten seconds, and then answers the caller.'];
  const what = call.fault.slice(call.fault.indexOf(':') + 1).replace(/,?times=\d+/, '');
  if (what === 'drop=after') return ['The call was served: what it writes is stored. Then the connection was cut, so that the function has no answer. It reads its marker, which shows that the batch is stored.'];
  if (what === 'hang') return ['The call gets no answer. Whether such a write is stored is certain only after the sheet is read again.'];
  return [`Switched on here: ${what.replace('status=', 'the answer is ')}. The checks were not made.`];
}

function tokenReasons(call, token) {
  if (call.call !== 'metadata.token') return ['The metadata server serves programs on the same machine only. A request to it needs no token.'];
  if (!token) return ['The metadata server issued no token.'];
  const asked = shorts(token.requested), got = shorts(token.scopes);
  const missed = asked.filter((s) => !got.includes(s));
  if (!asked.length) return [`No scopes were named, so that the token has the default: ${list(code(got))}.`];
  if (missed.length) return [`Requested: ${list(code(asked))}. Granted: ${list(code(got))}. This platform ignores what is requested.`];
  return [`Requested: ${list(code(asked))}. Exactly that is granted.`];
}
