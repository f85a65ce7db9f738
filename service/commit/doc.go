// Package commit makes batches of writes durable: each is stored by Google once
// or not at all, whatever is lost on the way, however many instances write.
// It knows batches and markers, not rows. A fork leaves it alone.
//
// # Group commit
//
// A [Writer] has one spreadsheet. Writes queue; while a call is under way, or
// the pace forbids the next, they gather, and the next call carries them all as
// one spreadsheets.batchUpdate, which Google stores whole or not at all. A write
// is acknowledged after that. A caller that gives up takes its write back, unless
// a content that holds it was sent and may be stored; then the group is frozen.
//
// # The sequence
//
// Each batch creates one piece of developer metadata on the spreadsheet, its
// marker. The marker's ID is the number of the batch, one more than the last
// one's; its value names the batch's content by chance. Google refuses an ID
// that exists, and with it the whole batch. So, with n the next number:
//
//  1. At most one batch is ever stored under n, by whichever instance.
//  2. While n is free, an instance sends contents under n only. So whatever it
//     has sent that may still land excludes whatever it sends next.
//  3. After a lost answer the markers are read. While n is free the same content
//     is sent again under n; stored twice it cannot be. A content that goes by the
//     numbers of rows is planned anew instead: it would be old by then.
//  4. After a refusal the markers decide, never the text of the refusal. Marker
//     n holds the value of a content of ours: that content is stored. It holds
//     another value: another instance was first, nothing of ours under n was
//     stored or ever will be; everything is read anew, planned anew and sent
//     under a higher number. There is no marker n: the content itself was
//     refused. If what it was planned from has changed since, it is planned
//     anew; else the group is split, so that one bad write fails alone.
//  5. A write is said to have failed only if no content that holds it can still
//     land. Where that is not certain the answer is [ErrOutcomeUnknown].
//
// Why nothing is lost: a write is acknowledged after a 200 for a content that
// holds it, or after a marker with the content's value has been read, and a
// batch is atomic. Why nothing is doubled: a write is sent in several contents
// only under one n (1, 2), or under a higher one after n was seen to be taken by
// somebody else's content (4).
//
// TestExplore holds this against every order of events in small worlds.
//
// # Markers do not pile up
//
// Each batch deletes the marker 1,000 back. A call can land until Google's limit
// of 180 s, in which a project's quota of 300 writes a minute lets 900 batches
// through: the marker that excludes a late landing is still there. An instance
// that was suspended for longer may find its marker gone; it sees that the
// sequence has gone on without it, and says [ErrOutcomeUnknown].
//
// # Several instances
//
// Instances that write at the same time refuse each other's batches. Whoever was
// refused waits for the pace first and reads then, so that what it plans from is
// young when it is sent; while others write it reads before each batch. Nothing
// but chance shares the turns fairly.
//
// # What people do to it
//
// Metadata of strangers can hold number n. It is stepped over; a content of ours
// that may still land under n is [ErrOutcomeUnknown] first, because the stranger
// may delete theirs. Somebody who deletes the markers takes the memory of what
// was stored with them: contents in doubt at that moment are
// [ErrOutcomeUnknown], and the sequence starts behind what is left. A doubling
// remains possible where markers are deleted in the moment between a late landing
// and the next try of the same content, because nothing is left that shows it.
//
// # Keys
//
// A write with an idempotency key leaves the key, the digest of the request, its
// result and the time in a row of the hidden sheet "_keys", in the same batch.
// The keys are read at the start and after another instance wrote. A write whose
// key is there answers as the first did and stores nothing.
package commit
