// Package commit stores batches of writes in a spreadsheet: each is stored by Google once
// or not at all, whatever is lost on the way, however many instances write. It handles
// batches and markers, not rows; what a write does is up to a [Planner].
//
//	w := commit.New(commit.Config{Sheets: service, SpreadsheetID: id, Reads: reads, Writes: writes, Logger: log}, planner)
//	…
//	err := w.Submit(ctx, &commit.Write[Request]{Key: key, Digest: digest, Size: n, Request: request})
//
// PROOF.md states what is shown of it, and under which assumptions.
//
// # Batches
//
// Writes queue. While a call is under way, or the rate limiter or the turn does not allow
// the next, they gather, and the next call carries them all as one
// spreadsheets.batchUpdate, which Google stores whole or not at all. A write is
// acknowledged after that. A caller that gives up takes its write back, unless an attempt
// that holds it was sent and may be stored; then the outcome is unknown.
//
// # The sequence
//
// Each batch creates one piece of developer metadata on the spreadsheet, its marker. The
// marker's ID is the number of the batch, one more than the last one's; its value is the
// attempt's own. Google refuses an ID that exists, and with it the whole batch. With n the
// next number:
//
//  1. At most one attempt is ever stored under n, by whichever instance.
//  2. While n is free, an instance sends attempts under n only. Whatever it has sent that
//     may still be stored excludes whatever it sends next.
//  3. After a lost answer the markers are read. Marker n with the value of one of our attempts:
//     that attempt is stored. With another value: another instance was first, and none of
//     ours under n was or will be stored. No marker n: the writes are planned again, from
//     what was just read, and sent under n again.
//  4. After a refusal the same reading decides, never the text of the refusal.
//  5. A write is answered with an error that says it is not stored only if no attempt that
//     holds it can still be stored. Where that is not certain the error is
//     [ErrOutcomeUnknown].
//
// So nothing is lost: a write is acknowledged after an answer for an attempt that holds
// it, or after its marker was read, and a batch is atomic. And nothing is doubled: a write
// is sent in several attempts only under one n (1, 2), or under a higher one after n was
// read to be another's (3).
//
// A lost answer, for example. An instance sends batch 7 with the value "A", which appends a
// row below row 20, and the connection breaks. It reads: there is no marker 7, and a
// person has deleted row 5. The row is planned again below row 19, and sent as batch 7 with
// the value "B". Meanwhile Google stores "A" after all, so it refuses "B". The next read
// shows marker 7 with "A": the write is acknowledged, or answered with a conflict where
// the rows shown beside the new one are not those of the plan. "B" can never be stored.
//
// A refusal, for example. Batch 7 holds ten writes, and Google refuses it, naming
// requests[4]. That may be because another instance has stored a batch 7, or because of
// request 4, which is the row of one write. An instance that is alone takes that as
// a hint without reading: the other nine writes are sent as batch 7 and stored. The suspect is sent as batch 8, alone, and refused. Now the markers
// are read: no marker 8, no metadata of others with that number, the same sheets with the
// same sizes, room for more. The write is answered with Google's refusal. Had it been
// stored, the hint would have cost one batch and nothing else.
//
// # Knowledge has an age
//
// Nothing is planned from what Google showed more than two seconds ago, by the wall
// clock, which also runs while a process is suspended. The answer to a batch shows what the
// next one needs, so that an instance alone and at work reads nothing; one that was idle
// reads once. That read is one spreadsheets.get of the markers, the headers, the end of
// each sheet and new keys. It takes two where rows are needed, or a sheet is new,
// renamed or shorter. A read that takes long is used for 30 seconds at most.
//
// # Refusals reach their cause
//
// A refused batch is split. Where Google names the request that it refuses, its write is
// sent alone later, and the others at once. Otherwise half of the writes are sent, those of one
// sheet first: if they are stored, the cause is in the other half, and if not, the other half
// goes with newer writes. So the cause of one in 32 is found with five batches, half of which
// store something. A name is a hint too: the first write that Google has named is sent soon, and
// if it is stored, names are not used for a minute.
//
// Only a write that was refused alone is answered so. It is sent while no others have
// waited for a second, and after eight batches of these at the latest. After that the writes of its
// kind and sheet are sent alone from the start, until one is stored, or for a minute. A third of the burst is left for the parts. A batch that
// Google answers with 5xx twice is split as well; where every part fails it is Google's
// fault, and all go together again.
//
// # Turns
//
// Instances that write at the same time would refuse each other's batches, and use up
// the quota by that. Markers show who writes: these instances, sorted by name, are a
// ring, and slots of the wall clock belong to them in turn. In its slot a member reads
// once and sends what is queued. An instance that was refused announces itself by
// metadata that is not refused, and is a member then. Wrong clocks cost time, not rows.
//
// # Markers do not pile up
//
// Each batch deletes the marker that is a window back. The window is larger than the number of
// batches that the quota allows between a look at the markers and the last moment in which
// Google can store a batch that was planned from it: the marker that excludes it is
// still there.
//
// # What people do to it
//
// Metadata of others can have number n. It is stepped over; an attempt of ours that may
// still be stored under n is [ErrOutcomeUnknown] first, because the other metadata may be
// deleted. Somebody who deletes the markers deletes the record of what was stored: attempts
// in doubt at that moment are [ErrOutcomeUnknown], and the sequence continues after what is
// left. A doubling remains possible where markers are deleted between a late write and
// the next attempt of the same writes.
//
// # Keys
//
// A write with an idempotency key stores the key, the digest of the request, its result
// and the time in a row of the hidden sheet "_keys", in the same batch. A write whose key
// is there is answered as the first was and stores nothing.
//
// # The assumption is tried
//
// That Google refuses an ID that exists is tried once for a spreadsheet; see
// [Writer.ExactlyOnce]. Where it does not, no batch is planned again under a number under
// which one may still be stored, and one instance is the limit.
package commit
