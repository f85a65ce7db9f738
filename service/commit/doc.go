// Package commit stores batches of writes in a spreadsheet: each is stored by Google once
// or not at all, whatever is lost on the way, however many instances write. It handles
// batches and markers, not rows; what a write does is up to a [Planner].
//
//	w := commit.New(commit.Config{
//		Sheets: service, SpreadsheetID: id, Reads: reads, Writes: writes, Logger: log,
//	}, planner)
//	…
//	err := w.Submit(ctx, &commit.Write[Request]{Key: key, Digest: digest, Size: n, Request: request})
//
// PROOF.md lists what is shown of it, and under which assumptions about Google.
//
// # Batches
//
// Writes queue. While a call is in flight, or the rate limiter or the turn blocks the next
// one, they gather. The next call carries them all as one spreadsheets.batchUpdate, which
// Google stores whole or not at all. After that they are acknowledged. A caller that gives
// up removes its write from the queue. If the write is being planned or sent at that
// moment, or an earlier attempt to store it is still in doubt, its outcome is unknown.
//
// # The sequence
//
// Each batch creates one piece of developer metadata on the spreadsheet, its marker. The
// marker's ID is the number of the batch, one more than that of the batch before. Its value
// is different for each attempt to send a batch. Google refuses a batch whose marker has an
// ID that exists. With n the next number:
//
//  1. At most one attempt is ever stored under n, by whichever instance.
//  2. While n is free, an instance sends attempts under n only. So if an earlier attempt is
//     stored late, all later ones are refused.
//  3. After a lost answer the markers are read. If marker n has the value of one of our
//     attempts, that attempt is stored. If it has another value, another instance was first,
//     and none of ours under n was or will be stored. If there is no marker n, the writes are
//     planned again, from what was just read, and sent under n again.
//  4. After a refusal the markers decide in the same way, never the text of the refusal.
//  5. A write is answered with an error that says it is not stored only if no attempt that
//     holds it can still be stored. Where that is not certain the error is
//     [ErrOutcomeUnknown].
//
// So nothing is lost: a batch is atomic, and a write is acknowledged only after Google has
// answered that its batch is stored, or after the batch's marker was read. And nothing is
// doubled: several attempts to store a write have the same number, so that one is stored at
// most (1, 2). A higher number is used only after n was read to be another batch's (3).
//
// A lost answer, for example. An instance sends batch 7 with the value "A", which appends a
// row below row 20, and the connection breaks. It reads: there is no marker 7, and a
// person has deleted row 5. The row is planned again below row 19, and sent as batch 7 with
// the value "B". Meanwhile Google stores "A" after all, so it refuses "B". The next read
// shows marker 7 with "A": the write is acknowledged, or answered with a conflict where
// the rows shown beside the new one are not those of the plan. "B" can never be stored.
//
// A refusal, for example. Batch 7 holds ten writes, and Google refuses it, naming
// requests[4]. Either another instance has stored a batch 7, or request 4, which is for one
// of the writes, is wrong. If no other instance writes, the name is used as a hint, without
// a read: the other nine writes are sent as batch 7 and stored, and the tenth is sent alone
// as batch 8, and refused. Now the markers are read. There is no marker 8, no metadata of
// others with that number, the sheets have the same sizes, and there is room for more. So
// the write is answered with Google's refusal. If it had been stored, the hint would have
// cost one batch and nothing else.
//
// # Knowledge has an age
//
// Nothing is planned from what Google showed more than two seconds ago, by the wall clock,
// which also runs while a process is suspended. The answer to a batch shows what the next
// one needs. So an instance that writes alone and all the time reads nothing, and one that
// was idle reads once: one spreadsheets.get returns the markers, the headers, the end of
// each sheet and new keys. Two calls are needed where a write depends on rows, or a sheet
// is new, renamed or shorter. If a read itself takes long, what it shows is used until 30
// seconds after it was requested.
//
// # Refusals reach their cause
//
// A refused batch is split. If Google names the request that it refuses, the write of that
// request is sent alone later, and the others at once. Otherwise half of the writes are
// sent, those of one sheet first. If they are stored, the cause is in the other half. If
// they are refused, the cause is among them, and the other half is sent with newer writes.
// So the cause among 32 writes is found with five batches, about half of which are stored.
// The name may be wrong: the first write that Google names is sent soon, and if it is
// stored, names are not used for a minute.
//
// Only a write that was refused when sent alone is answered with the refusal. To find that
// out costs a batch and reads, so it is done while no other write has waited for a second,
// or after eight batches of others. Then the writes to the same sheet of the same kind are
// sent alone from the start, until one is stored, or for a minute. A third of the rate
// limiter's burst is kept for the parts of a refused batch. A batch that Google answers
// with 5xx twice is split as well. If every part fails, the fault is Google's, and all
// writes are sent together again.
//
// # Turns
//
// The batches of instances that write at the same time have the same number, so that all
// but one are refused, and the quota is used up. To prevent that they take turns. The
// markers show which instances write. Sorted by name they form a ring, and each slot of the
// wall clock belongs to the next of them. In its slot an instance reads once and sends what
// is queued. An instance that is not in the ring and was refused announces itself by
// metadata without a number of its own, which is not refused, and is in the ring then.
// Wrong clocks cost time, not rows.
//
// # Markers do not pile up
//
// Each batch deletes an old marker, so that a fixed number of them, the window, is kept.
// The window is larger than the number of batches that the quota allows between a read of
// the markers and the last moment in which Google can store a batch that was planned from
// that read. So if the batch's number was used in between, the marker is still there, and
// the batch is refused.
//
// # Other metadata, and deleted markers
//
// Other programs may have created metadata with the number n. Then n is skipped. The writes
// of an attempt in doubt under n are answered with [ErrOutcomeUnknown] first, because the
// other metadata may be deleted, and the attempt be stored then. If a person deletes the
// markers, the record of what was stored is gone: writes that are in doubt at that moment
// are answered with [ErrOutcomeUnknown], and the sequence continues after the markers that
// are left. If the markers are deleted after an attempt was stored late, and before its
// writes are sent again, they can be stored twice.
//
// # Keys
//
// A write with an idempotency key stores the key, the digest of the request, its result
// and the time in a row of the hidden sheet "_keys", in the same batch. A write whose key
// is there already stores nothing and returns the result of the first one.
//
// # The assumption is tested
//
// That Google refuses an ID that exists is tested once for a spreadsheet; see
// [Writer.ExactlyOnce]. If Google does not refuse it, nothing is sent again after a lost
// answer, and no more than one instance must write.
package commit
