// The state of the page: requests, calls and tokens by number, and which belong together.

const most = 400; // of requests, and of calls

export const store = {
  state: null,
  requests: new Map(),
  calls: new Map(),
  tokens: new Map(),
};

function trim(map) {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

export function addRequests(list) {
  for (const r of list) store.requests.set(r.number, { ...r, calls: store.requests.get(r.number)?.calls ?? [] });
  trim(store.requests);
  return list.map((r) => r.number);
}

/** Adds calls to the requests that they are for. It returns the numbers of these. */
export function addCalls(list) {
  const touched = new Set();
  for (const call of list) {
    if (store.calls.has(call.number)) continue;
    store.calls.set(call.number, call);
    for (const [first, last] of call.causes ?? []) {
      for (let n = Math.max(first, last - most); n <= last; n++) {
        const request = store.requests.get(n);
        if (!request) continue;
        request.calls.push(call.number);
        touched.add(n);
      }
    }
  }
  trim(store.calls);
  return [...touched];
}

export function setTokens(list) {
  store.tokens = new Map(list.map((t) => [t.number, t]));
}

/** The request that a call is for: of a batch, the last one that is not the load's. */
export function requestOf(call) {
  let found;
  for (const [first, last] of call.causes ?? []) {
    for (let n = last; n >= Math.max(first, last - most); n--) {
      const request = store.requests.get(n);
      if (request && (!found || (isLoad(found) && !isLoad(request)))) found = request;
      if (found && !isLoad(found)) break;
    }
  }
  return found;
}

/** Whether the page's own load has sent a request. */
export const isLoad = (request) => request.path === '/sheets/Load' && request.header?.['Idempotency-Key']?.[0]?.startsWith('load-');
